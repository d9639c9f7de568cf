/* The theme of the views: colours are turned, and nothing else. */
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {inTheme, setTheme} from '../../dashboard/assets/linked/theme.mjs';

const PAIRS = {'#3c4650': '#c3ccd6'};
const FIGURE = {
    data: [
        {name: '#3c4650', marker: {color: '#3c4650', line: {color: 'rgba(60,70,80,0.5)'}}, x: [1, 2]},
        {type: 'heatmap', colorscale: [[0, 'rgba(60,70,80,0)']], line: {color: '#123456'}},
    ],
    layout: {xaxis: {ticktext: ['#3c4650'], tickfont: {color: '#3c4650'}}, meta: {}},
};

test('on a dark page colours are turned, names are not', () => {
    setTheme('dark', PAIRS);
    const {data, layout} = inTheme(FIGURE);
    assert.deepEqual(data[0].marker, {color: '#c3ccd6', line: {color: 'rgba(195,204,214,0.5)'}});
    assert.deepEqual([data[0].name, layout.xaxis.ticktext], ['#3c4650', ['#3c4650']]);
    assert.deepEqual(data[1].colorscale, [[0, 'rgba(195,204,214,0)']]);
    assert.deepEqual([data[1].line.color, layout.xaxis.tickfont.color], ['#123456', '#c3ccd6']);
    assert.equal(FIGURE.data[0].marker?.color, '#3c4650');
});

test('a light page takes figures as they are, and what was drawn for a theme stays', () => {
    const own = {...FIGURE, layout: {meta: {themed: true}}};
    assert.equal(inTheme(own), own);
    setTheme('light', PAIRS);
    assert.equal(inTheme(FIGURE), FIGURE);
});
