/* The table's column of names, sorted as the server sorts it: g2 before g10. */
(function () {
    'use strict';

    const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});

    functions.byNamePlace = function (_a, _b, one, other) {
        return one.data.place - other.data.place;
    };
})();
