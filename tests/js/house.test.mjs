/* Rules of the house for JavaScript, read from the source. */
import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join, relative, resolve} from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {facts} from './facts.mjs';

const ASSETS = resolve(dirname(fileURLToPath(import.meta.url)), '../../dashboard/assets');
const files = readdirSync(ASSETS, {recursive: true, encoding: 'utf-8'});
const modules = new Map(
    files
        .filter((file) => /\.m?js$/.test(file))
        .map((file) => [file, readFileSync(join(ASSETS, file), 'utf-8')])
);

const CLASSES = new Set(['page/upload.mjs upload-input']); // words that are a class there, and an id elsewhere

/** The modules that one imports, by their names in the folder. */
function imports(file) {
    const found = [
        ...(modules.get(file) || '').matchAll(/^(?:import|\} from|export .* from)\s[^;]*?'([^']+)';/gms),
    ];
    return found.map(([, path]) => relative(ASSETS, resolve(join(ASSETS, dirname(file)), path)));
}

test('the page names one module and one stylesheet, and everything is reached from them', () => {
    assert.ok(modules.size > 20);
    const reached = new Set();
    const visit = (file, path) => {
        assert.ok(modules.has(file), `${path.at(-1)} imports ${file}, which is not there`);
        assert.ok(!path.includes(file), `a circle: ${[...path, file].join(' -> ')}`);
        if (!reached.has(file)) {
            reached.add(file);
            imports(file).forEach((next) => void visit(next, [...path, file]));
        }
    };
    visit('main.mjs', []);
    assert.deepEqual(new Set(modules.keys()), reached);
    const style = readFileSync(join(ASSETS, 'main.css'), 'utf-8');
    const named = [...style.matchAll(/@import url\(["']([^"']+)["']\);/g)].map(([, path]) => path);
    assert.deepEqual([...named, 'main.css'].sort(), files.filter((file) => file.endsWith('.css')).sort());
});

test('modules meet by imports, not in the window', () => {
    const given = {
        'main.mjs': ['blupboard', 'dashAgGridFunctions', 'dashMantineFunctions', 'fetch'],
        'shared/dash.mjs': ['dash_clientside'],
    };
    for (const [file, text] of modules) {
        const written = [...text.matchAll(/window\.(\w+) = /g)].map(([, name]) => name);
        assert.deepEqual(written, given[file] || [], file);
    }
});

test('an id is asked for by the name that Python gave it, and written out nowhere', () => {
    const known = {ids: facts.ids, kinds: facts.kinds};
    const values = [...Object.values(facts.ids), ...Object.values(facts.kinds)].filter((id) =>
        id.includes('-')
    );
    let asked = 0;
    for (const [file, text] of modules) {
        for (const [used, table, name] of text.matchAll(/\b(ids|kinds)\.(\w+)/g)) {
            assert.ok(name in known[table] || file === 'shared/facts.mjs', `${file}: ${used}`);
            asked += 1;
        }
        const code = text.replace(/\/\*.*?\*\/|\/\/[^\n]*/gs, '');
        const byHeart = code.match(
            /(getElementById|setProps|setDash|find)\(\s*['"`][^'"`]*|['"`]#(?!\$|[0-9a-f]{3}\b)[^'"`]*/g
        );
        assert.deepEqual(byHeart?.filter((one) => !one.endsWith("'facts")) ?? [], [], file);
        const written = values.filter((id) => code.includes(`'${id}'`) || code.includes(`#${id}`));
        assert.deepEqual(
            written.filter((id) => !CLASSES.has(`${file} ${id}`)),
            [],
            file
        );
    }
    assert.ok(asked > 20);
});

test('what Plotly keeps for itself is read in one module', () => {
    for (const [file, text] of modules) {
        const found = text.match(
            /\._[a-z]\w*|\{[^}=]*\b_(?:full|size|offset|length)\w*[^}=]*\} =|js-plotly|nsewdrag|\.modebar/g
        );
        assert.equal(Boolean(found), file === 'shared/plotly.mjs', `${file}: ${found}`);
    }
});

test('files stay small', () => {
    for (const [file, text] of modules) {
        assert.ok(text.split('\n').length <= 400, file);
    }
});
