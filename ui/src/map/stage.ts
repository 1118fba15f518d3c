// The stage: one MapLibre map with its sources and layers, told what to show and telling what a reader does. Loaded late, after list and text.
import * as maplibregl from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import "maplibre-gl/dist/maplibre-gl.css";
import { coloursNow, type Colours } from "./colours";
import { drawnImage } from "./icons";
import { POINTABLE, styleOf, type SourceName } from "./style";

maplibregl.setWorkerUrl(workerUrl);

/** What lies in the window: degrees, and MapLibre's zoom. */
export interface Window {
  west: number;
  south: number;
  east: number;
  north: number;
  lon: number;
  lat: number;
  zoom: number;
}

/** What a reader points at: an event or a cell, by its id, and where on the page. */
export interface Pointed {
  layer: string;
  id: string;
  x: number;
  y: number;
}

interface Heard {
  onmove: (window: Window) => void;
  onpick: (pointed: Pointed | null, lon: number, lat: number) => void;
  onpoint: (pointed: Pointed | null) => void;
  onready: () => void;
}

export interface View {
  lon: number;
  lat: number;
  zoom: number;
}

const NO_MOTION = "(prefers-reduced-motion: reduce)";

/** One map in an element of the page. */
export class Stage {
  readonly map: maplibregl.Map;
  colours: Colours = coloursNow();
  #data = new Map<SourceName, GeoJSON.FeatureCollection>();
  #told = new Set<SourceName>();
  #times: [number, number] | null = null;
  #isFading = false;

  constructor(container: HTMLElement, view: View | [number, number, number, number], label: string, heard: Heard) {
    const place = Array.isArray(view) ? { bounds: view, fitBoundsOptions: { padding: 12 } } : { center: [view.lon, view.lat] as [number, number], zoom: view.zoom };
    this.map = new maplibregl.Map({
      container,
      ...place,
      style: styleOf(this.colours),
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      maxPitch: 0,
      minZoom: 1,
      maxZoom: 16,
      fadeDuration: matchMedia(NO_MOTION).matches ? 0 : 120,
      locale: { "Map.Title": label },
      renderWorldCopies: true,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.#hear(heard);
  }

  #hear({ onmove, onpick, onpoint, onready }: Heard): void {
    this.map.setMissingStyleImageResolver((id) => {
      const image = drawnImage(id, this.colours);
      if (image && !this.map.hasImage(id)) this.map.addImage(id, image, { pixelRatio: 2 });
    });
    this.map.on("load", () => {
      for (const [name, data] of this.#data) this.#put(name, data);
      onmove(this.window());
    });
    this.map.on("moveend", () => onmove(this.window()));
    this.map.on("click", (click) => onpick(this.#at(click), click.lngLat.lng, click.lngLat.lat));
    this.map.on("mousemove", (move) => {
      const pointed = this.#at(move);
      this.map.getCanvas().style.cursor = pointed ? "pointer" : "";
      onpoint(pointed);
    });
    this.map.on("mouseout", () => onpoint(null));
    this.map.on("idle", () => this.#told.has("land") && this.#told.has("marks") && onready());
  }

  #at({ point }: maplibregl.MapMouseEvent): Pointed | null {
    const layers = POINTABLE.filter((name) => this.map.getLayer(name));
    const around: [maplibregl.PointLike, maplibregl.PointLike] = [
      [point.x - 4, point.y - 4],
      [point.x + 4, point.y + 4],
    ];
    const found = this.map.queryRenderedFeatures(around, { layers });
    const best = layers.map((name) => found.find((feature) => feature.layer.id === name)).find((feature) => feature !== undefined);
    return best ? { layer: best.layer.id, id: String(best.properties["id"]), x: point.x, y: point.y } : null;
  }

  /** What lies in the window now. */
  window(): Window {
    const [bounds, centre] = [this.map.getBounds(), this.map.getCenter()];
    const [west, east] = [bounds.getWest(), bounds.getEast()];
    return { west: Math.max(west, -180), south: bounds.getSouth(), east: Math.min(east, 180), north: bounds.getNorth(), lon: centre.lng, lat: centre.lat, zoom: this.map.getZoom() };
  }

  /** Shows these features in a source, now or as soon as the style is there. */
  show(name: SourceName, data: GeoJSON.FeatureCollection): void {
    this.#data.set(name, data);
    this.#put(name, data);
  }

  /** Whether the words of cells stand even where a name lies: a change is told by its sign, and never by colour alone. */
  insist(isNeeded: boolean): void {
    if (this.map.getLayer("cell-names")) this.map.setLayoutProperty("cell-names", "text-allow-overlap", isNeeded);
  }

  #put(name: SourceName, data: GeoJSON.FeatureCollection): void {
    const source = this.map.getSource<maplibregl.GeoJSONSource>(name);
    if (!source) return;
    this.#told.add(name);
    void source.setData(data);
  }

  /** Shows only what went on within these instants (ms), or all again; what is fading is the paler the longer ago it ended. */
  during(times: [number, number] | null, isFading = false): void {
    [this.#times, this.#isFading] = [times, isFading];
    if (!this.map.getLayer("marks")) return;
    const filter: maplibregl.FilterSpecification | null = times ? ["all", ["<", ["get", "begin"], times[1]], [">", ["get", "end"], times[0]]] : null;
    for (const layer of ["marks", "rings"]) this.map.setFilter(layer, filter);
    this.map.setPaintProperty("marks", "icon-opacity", times && isFading ? ["interpolate", ["linear"], ["get", "end"], times[0], 0.1, times[1], 1] : 1);
  }

  /** Draws all in the colours that hold now. */
  recolour(): void {
    this.colours = coloursNow();
    for (const name of this.map.listImages()) this.map.removeImage(name);
    this.map.setStyle(styleOf(this.colours), { diff: false });
    this.map.once("styledata", () => {
      for (const [name, data] of this.#data) this.#put(name, data);
      this.during(this.#times, this.#isFading);
    });
  }

  /** Goes to a place, at once for who wants no motion. */
  goTo(view: Partial<View> & { bounds?: [number, number, number, number] }): void {
    const isStill = matchMedia(NO_MOTION).matches;
    if (view.bounds) this.map.fitBounds(view.bounds, { padding: 24, animate: !isStill, maxZoom: 9 });
    else this.map.easeTo({ center: [view.lon!, view.lat!], ...(view.zoom === undefined ? {} : { zoom: view.zoom }), animate: !isStill, duration: 350 });
  }

  /** Zooms by so many steps. */
  zoomBy(steps: number): void {
    this.map.easeTo({ zoom: this.map.getZoom() + steps, animate: !matchMedia(NO_MOTION).matches, duration: 200 });
  }

  remove(): void {
    this.map.remove();
  }
}

/** Whether this browser can draw the map at all. */
export function canDraw(): boolean {
  return document.createElement("canvas").getContext("webgl2") !== null;
}
