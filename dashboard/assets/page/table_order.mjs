/* The table's column of names, sorted as the server sorts it: g2 before g10. */

export function byNamePlace(_a, _b, one, other) {
    return one.data.place - other.data.place;
}
