/*
 * Preview: the values of a figure as JSON brings them: arrays plain or packed, properties one for all or one a point,
 * text with tags and entities. Pure functions.
 */

const PACKED = {
    i1: Int8Array,
    u1: Uint8Array,
    i2: Int16Array,
    u2: Uint16Array,
    i4: Int32Array,
    u4: Uint32Array,
    f4: Float32Array,
    f8: Float64Array,
};
const ENTITIES = {amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00a0'};

/** The array behind a figure's list: itself, or what is packed as {dtype, bdata}; nothing gives an empty one. */
export function listOf(value) {
    if (Array.isArray(value) || ArrayBuffer.isView(value)) {
        return value;
    }
    const Kind = value && PACKED[value.dtype];
    if (!Kind) {
        return [];
    }
    const bytes = atob(value.bdata);
    const room = new Uint8Array(bytes.length);
    for (let i = 0; i < bytes.length; i++) {
        room[i] = bytes.charCodeAt(i);
    }
    return new Kind(room.buffer);
}

/** A function of the point's index for a property that is one value for all points or a list of them. */
export function perPoint(value, otherwise) {
    if (value === undefined || value === null) {
        return () => otherwise;
    }
    if (typeof value !== 'object') {
        return () => value;
    }
    const values = listOf(value);
    return (i) => (values[i] === undefined || values[i] === null ? otherwise : values[i]);
}

/** The text that Plotly shows for a string with its tags and entities, a line break as such. */
export function plainText(text) {
    return String(text)
        .replace(/<br\s*\/?>/gi, '\n')
        .replace(/<\/?[a-z][^>]*>/gi, '')
        .replace(/&(amp|lt|gt|quot|nbsp);/g, (_, name) => ENTITIES[name]);
}
