/* What Dash, its kits and Plotly put into the page, as far as dashboard/assets uses it; read by tsc alone. */

interface ClientsideContext {
    triggered: {prop_id: string; value: any}[];
    triggered_id: any;
    inputs_list: any[];
    outputs_list: any[];
}

interface Clientside {
    [space: string]: any;
    no_update?: unknown;
    callback_context?: ClientsideContext;
    set_props?: (id: string | object, props: object) => void;
}

interface Window {
    dash_clientside?: Clientside;
    dash_ag_grid?: {AgGrid: any; getApi: (id: string) => any; getApiAsync: (id: string) => Promise<any>};
    dashAgGridFunctions?: Record<string, (...args: never[]) => unknown>;
    dashMantineFunctions?: Record<string, (...args: never[]) => unknown>;
    blupboard?: Record<string, (props: any) => unknown>;
    Plotly: {
        purge(graph: Element): void;
        downloadImage(figure: object, options: object): Promise<string>;
        relayout(graph: HTMLElement, changes: object): Promise<unknown>;
        react(graph: HTMLElement, data: object[], layout: object, config?: object): Promise<unknown>;
    };
}

declare const React: {
    Fragment: unknown;
    useState<Value>(first: Value): [Value, (next: Value) => void];
    useEffect(effect: () => () => void, causes: unknown[]): void;
    useRef<Value>(first: Value): {current: Value};
    useMemo<Value>(make: () => Value, causes: unknown[]): Value;
    useCallback<Called>(called: Called, causes: unknown[]): Called;
    createElement(tag: unknown, props: object | null, ...children: unknown[]): unknown;
};

/** A graph of Plotly's as everybody may use it; what is private is known to shared/plotly.mjs only. */
interface Graph extends HTMLElement {
    data: any[];
    layout: any;
    on(event: string, listener: (event: any) => void): void;
    removeListener(event: string, listener: (event: any) => void): void;
}
