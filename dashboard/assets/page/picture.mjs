/*
 * A view as a picture to take away: what stands around it on the page (title, legend, names of what is pinned, where the
 * data come from) goes into the figure. Pure functions.
 */

const TITLE_HEIGHT = 46; // pixels of title and subtitle
const LEGEND_LINE = 20;
const SOURCE_HEIGHT = 24;
const LETTER = 6.6; // the width of a letter of the legend, in pixels
const MARK = 46; // and of a mark with the room around it
const RING = 13;
const EDGE = 14; // left of title and source
const STAIR = 24; // from the name of one pinned group to the next

/**
 * @typedef {{x: number, y: number, label: string, right?: boolean}} Pin a mark of a pinned group; the first one has its
 *     name; `right`: of the middle of the plot
 * @typedef {{title: string, subtitle: string, source: string, pins: Pin[], width: number, height: number, left: number, ground: string,
 *     ink: string, faint: string, accent: string}} Around what stands around a figure, and its colours
 */

/** Lines that a legend takes in a picture of some width: Plotly gives all of its entries the width of the longest. */
export function legendLines(names, width) {
    const longest = Math.max(0, ...names.map((name) => MARK + LETTER * name.length));
    return names.length ? Math.ceil(names.length / Math.max(1, Math.floor(width / longest))) : 0;
}

/** The traces, of which those that the legend names first by a mark, else by a line, stand in it. */
function withLegend(data, names) {
    const chosen = new Set(
        names.map((name) => {
            const mine = data.filter((trace) => trace.name === name);
            return mine.find((trace) => (trace.mode || '').includes('markers')) || mine[0];
        })
    );
    return data.map((trace) => ({...trace, showlegend: chosen.has(trace)}));
}

/**
 * The figure with its title, legend, pins and source, and the size of its picture.
 *
 * @param {{data: any[], layout: any}} figure
 * @param {Around} around
 */
export function pictureOf(figure, around) {
    const drawn = new Set(figure.data.map((trace) => trace.name));
    const names = (figure.layout.meta?.legend || []).filter((name) => drawn.has(name));
    const {r = 14, t = 8, b = 40} = figure.layout.margin || {};
    const above = TITLE_HEIGHT + LEGEND_LINE * legendLines(names, around.width - around.left - r);
    const note = (text, place) => ({text, showarrow: false, xref: 'paper', yref: 'paper', ...place});
    const corner = {x: 0, xanchor: 'left', xshift: EDGE - around.left, y: 1, yanchor: 'top'};
    const pinned = figure.layout.meta?.rows ? [] : around.pins.filter((pin) => pin.label); // rows have their names
    const layout = {
        ...figure.layout,
        paper_bgcolor: around.ground,
        plot_bgcolor: around.ground,
        margin: {...figure.layout.margin, t: t + above, b: b + SOURCE_HEIGHT},
        showlegend: names.length > 0,
        legend: {
            orientation: 'h',
            x: 0,
            xanchor: 'left',
            y: 1 + t / Math.max(around.height - t - b, 1),
            yanchor: 'bottom',
            bgcolor: 'rgba(0,0,0,0)',
            font: {size: 11.5, color: around.ink},
        },
        annotations: [
            ...(figure.layout.annotations || []),
            note(`<b>${around.title}</b>`, {
                ...corner,
                yshift: t + above - 6,
                font: {size: 15, color: around.ink},
            }),
            note(around.subtitle, {
                ...corner,
                yshift: t + above - 26,
                font: {size: 12, color: around.faint},
            }),
            ...pinned.map((pin, i) => ({
                x: pin.x,
                y: pin.y,
                text: pin.label,
                showarrow: true,
                arrowhead: 0,
                arrowwidth: 1,
                arrowcolor: around.accent,
                ax: pin.right ? -40 : 40,
                ay: -22 - STAIR * (pinned.length - 1 - i),
                bgcolor: around.ground,
                bordercolor: around.accent,
                borderpad: 2,
                font: {size: 11.5, color: around.accent},
            })),
            note(around.source, {
                ...corner,
                y: 0,
                yshift: -b,
                font: {size: 10.5, color: around.faint},
            }),
        ],
    };
    const rings = {
        type: 'scatter',
        mode: 'markers',
        x: around.pins.map((pin) => pin.x),
        y: around.pins.map((pin) => pin.y),
        marker: {
            symbol: 'circle-open',
            size: RING,
            color: around.accent,
            line: {width: 2, color: around.accent},
        },
        showlegend: false,
    };
    const data = withLegend(figure.data, names);
    return {
        figure: {data: around.pins.length ? [...data, rings] : data, layout},
        width: around.width,
        height: around.height + above + SOURCE_HEIGHT,
    };
}
