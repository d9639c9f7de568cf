/*
 * Preview: which figures it draws as Plotly does, as data. A property is drawn with `ANY` value, with one of a list (in
 * which `undefined` stands for a figure that says nothing of it), or is a part with properties of its own. What is not
 * here is not drawn, and a figure that has it is left to Plotly until the drag ends: so are very many groups whose
 * lines are a density, a heatmap.
 */

const ANY = true;
const FONT = {color: ANY, family: ANY, size: ANY};
const LINE = {color: ANY, width: ANY, dash: ANY};
const BARS = {
    type: [undefined, 'data'],
    visible: ANY,
    array: ANY,
    arrayminus: ANY,
    symmetric: ANY,
    color: ANY,
    thickness: ANY,
    width: ANY,
};
const TRACE = {
    type: [undefined, 'scatter', 'scattergl'],
    mode: ['lines', 'markers', 'lines+markers', 'markers+lines'],
    visible: ANY,
    opacity: ANY,
    x: ANY,
    y: ANY,
    connectgaps: ANY,
    error_x: BARS,
    error_y: BARS,
    line: LINE,
    fill: [undefined, 'none', 'toself'],
    fillcolor: ANY,
    marker: {color: ANY, opacity: ANY, size: ANY, symbol: ANY, line: {color: ANY, width: ANY}},
};
const AXIS = {
    type: [undefined, 'linear'],
    range: ANY,
    autorange: ANY,
    automargin: ANY,
    zeroline: [false],
    showgrid: ANY,
    gridcolor: ANY,
    gridwidth: ANY,
    showline: ANY,
    linecolor: ANY,
    linewidth: ANY,
    showticklabels: ANY,
    tickvals: ANY,
    ticktext: ANY,
    tick0: ANY,
    dtick: ANY,
    tickangle: ANY,
    tickfont: FONT,
    tickformat: ANY,
    title: {text: ANY, font: FONT, standoff: ANY},
};
const SHAPE = {
    type: ['line'],
    layer: ANY,
    visible: ANY,
    opacity: ANY,
    line: LINE,
    xref: [undefined, 'x', 'paper', 'x domain'],
    x0: ANY,
    x1: ANY,
    yref: [undefined, 'y', 'paper', 'y domain'],
    y0: ANY,
    y1: ANY,
};
const ANNOTATION = {
    showarrow: [false],
    visible: ANY,
    text: ANY,
    font: FONT,
    xref: SHAPE.xref,
    x: ANY,
    xanchor: ANY,
    xshift: ANY,
    yref: SHAPE.yref,
    y: ANY,
    yanchor: ANY,
    yshift: ANY,
};
const GROUND = [undefined, 'rgba(0,0,0,0)']; // the page's own shows through

export const DRAWABLE = {
    data: [TRACE],
    layout: {
        font: FONT,
        margin: {l: ANY, r: ANY, t: ANY, b: ANY},
        paper_bgcolor: GROUND,
        plot_bgcolor: GROUND,
        showlegend: [false],
        xaxis: AXIS,
        yaxis: AXIS,
        shapes: [SHAPE],
        annotations: [ANNOTATION],
    },
};

/** Properties that no picture shows, wherever they are. */
export const UNSEEN = new Set([
    'customdata',
    'dragmode',
    'fixedrange',
    'hoverdistance',
    'hoverinfo',
    'hovermode',
    'meta',
    'modebar',
    'name',
    'newselection',
    'template', // the figures are made for one that says nothing
    'ticklabeloverflow', // the margins hold the labels
]);

/**
 * What of a figure the preview does not draw, as paths such as "data[0].fill"; nothing where it draws all of it. A list
 * that scrolls in its card has its axis beside it: it is left to Plotly.
 */
export function undrawable(figure) {
    const list = figure.layout?.meta?.list ? ['layout.meta.list'] : [];
    return list.concat(beyond({data: figure.data, layout: figure.layout}, DRAWABLE, ''));
}

function beyond(value, allowed, path) {
    if (allowed === ANY) {
        return [];
    }
    if (Array.isArray(allowed) && typeof allowed[0] === 'object') {
        return (value || []).flatMap((one, i) => beyond(one, allowed[0], `${path}[${i}]`));
    }
    if (Array.isArray(allowed)) {
        return allowed.includes(value) ? [] : [path];
    }
    if (value === undefined || value === null) {
        return [];
    }
    const silent = Object.keys(allowed).filter((name) => Array.isArray(allowed[name]) && !(name in value));
    const names = [...Object.keys(value).filter((name) => !UNSEEN.has(name)), ...silent];
    return names.flatMap((name) => {
        const at = path ? `${path}.${name}` : name;
        return name in allowed ? beyond(value[name], allowed[name], at) : [at];
    });
}
