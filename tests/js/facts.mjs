/* Gives the modules under test the facts of the page, as Python writes them; node loads it before any test. */
import {execFileSync} from 'node:child_process';

const PYTHON = process.env.PYTHON || '.venv/bin/python';
const CODE = `
import json
from dashboard.pages.dials import SLIDERS, slider_place
from dashboard.pages.facts import facts

def places(slider):
    values = [slider.low + (slider.high - slider.low) * i / 40 for i in range(-4, 45)]
    return [[value, slider_place(slider, value)] for value in values]

print(json.dumps({"facts": facts(), "places": [[vars(slider), places(slider)] for slider in SLIDERS]}))
`;
const given = JSON.parse(execFileSync(PYTHON, ['-c', CODE], {encoding: 'utf-8'}));

/** Sliders with the places that Python gives values on and beyond them: [slider, [[value, place], ...]]. */
export const {places} = given;

export const {facts} = given;

const element = {textContent: JSON.stringify(facts)};
Object.assign(globalThis, {document: {getElementById: (id) => (id === 'facts' ? element : null)}});
