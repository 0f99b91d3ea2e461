/** Makes the drawn map one that can be moved and made larger, with Leaflet: the same coast, the same points, by the same
 *  marks. Without this script the drawing is a map already, and every point of it a link. */

import { Map, control, divIcon, latLng, latLngBounds, marker, svgOverlay, tileLayer, tooltip } from "leaflet";
import type { LatLng, LatLngBounds, Tooltip } from "leaflet";

// Names of classes that Leaflet puts together from parts; the build keeps the rules of those that it finds here:
// leaflet-map-pane leaflet-tile-pane leaflet-overlay-pane leaflet-marker-pane leaflet-tooltip-pane leaflet-popup-pane
// leaflet-marker-icon leaflet-top leaflet-left leaflet-right leaflet-bottom leaflet-control-zoom-in leaflet-control-zoom-out
// leaflet-popup-content-wrapper leaflet-popup-content leaflet-popup-tip leaflet-popup-tip-container leaflet-popup-close-button
// leaflet-tooltip-left leaflet-tooltip-right leaflet-zoom-anim leaflet-zoom-animated leaflet-zoom-hide leaflet-pan-anim leaflet-div-icon

const SVG = "http://www.w3.org/2000/svg";
const ROOM = 24; // pixels around what is shown
const WIDE = 600; // pixels that the map is as wide as, or wider, when marks have their own size
const SIZE = 26; // pixels of what a finger meets: https://www.w3.org/TR/WCAG22/#target-size-minimum

function numbers(text: string | undefined): number[] {
  return (text ?? "").split(" ").map(Number);
}

/** The bounds of what is drawn, from its frame: degrees west, south, east and north. */
function framed(figure: HTMLElement): LatLngBounds {
  const [west = 0, south = 0, east = 0, north = 0] = numbers(figure.dataset.frame);
  return latLngBounds([south, west], [north, east]);
}

/** An SVG element with copies of others in it, as it is without a drawing around it. */
function picture(view: string, of: Iterable<Element>): SVGSVGElement {
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("viewBox", view);
  made.append(...[...of].map((part) => part.cloneNode(true)));
  return made;
}

/** What is told of a municipality: its name, which leads to its page, and what it was in which region. */
function told(point: SVGElement, region: SVGElement): HTMLElement {
  const made = document.createElement("div");
  const link = document.createElement("a");
  link.href = point.getAttribute("href") ?? "";
  link.textContent = point.dataset.name ?? "";
  const about = document.createElement("p");
  about.textContent = point.dataset.told ?? "";
  const whole = document.createElement("a");
  whole.href = region.dataset.address ?? "";
  whole.textContent = region.dataset.name ?? "";
  const name = document.createElement("p");
  name.append(link);
  const of = document.createElement("p");
  of.append(whole);
  made.append(name, about, of);
  return made;
}

class Moved {
  private readonly map: Map;
  private readonly regions = new globalThis.Map<string, LatLng[]>();
  private readonly names: Tooltip[] = [];
  private readonly calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

  constructor(private readonly figure: HTMLElement, private readonly drawing: SVGSVGElement) {
    const frame = framed(figure);
    const box = document.createElement("div");
    box.className = "moved";
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", figure.dataset.label ?? "");
    drawing.before(box);
    this.map = new Map(box, {
      zoomSnap: 0.25,
      zoomControl: false,
      attributionControl: false,
      maxBounds: frame.pad(0.2),
      maxZoom: 12,
      zoomAnimation: !this.calm,
      fadeAnimation: !this.calm,
      markerZoomAnimation: !this.calm,
    });
    control.zoom({ zoomInTitle: figure.dataset.in, zoomOutTitle: figure.dataset.out }).addTo(this.map);
    this.map.fitBounds(frame);
    this.map.setMinZoom(this.map.getZoom() - 0.5);
    this.ground(frame);
    for (const region of drawing.querySelectorAll<SVGElement>("[data-region]")) this.add(region);
    drawing.remove();
    this.map.on("zoomend moveend resize", () => this.room());
    this.near(figure.dataset.near ?? "");
    this.room();
    this.map.on("popupopen", (event) => {
      const told = event.popup.getElement();
      told?.querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", figure.dataset.close ?? "");
      // What was opened is read next, and when it is closed the reader is where she was.
      told?.querySelector<HTMLElement>("a[href]:not(.leaflet-popup-close-button)")?.focus({ preventScroll: true });
    });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.map.closePopup();
    });
  }

  /** Lays the coast below everything, or the pictures of a tile server where there is one. */
  private ground(frame: LatLngBounds): void {
    const { tiles, credit } = this.figure.dataset;
    if (tiles) {
      const owner = document.createElement("span");
      owner.textContent = credit ?? "";
      tileLayer(tiles, { attribution: owner.innerHTML }).addTo(this.map);
      control.attribution({ prefix: false }).addTo(this.map);
      return;
    }
    const [width, height] = numbers(this.figure.dataset.size);
    const coast = picture(`0 0 ${width} ${height}`, this.drawing.querySelectorAll(".ground > path"));
    coast.setAttribute("aria-hidden", "true");
    svgOverlay(coast, frame).addTo(this.map);
  }

  private add(region: SVGElement): void {
    const places: LatLng[] = [];
    for (const point of region.querySelectorAll<SVGElement>(".at")) {
      const at = latLng(Number(point.dataset.lat), Number(point.dataset.long));
      places.push(at);
      const name = point.getAttribute("aria-label") ?? "";
      const mark = marker(at, { icon: this.icon(region, point), keyboard: true, title: name, riseOnHover: true }).addTo(this.map);
      mark.getElement()?.setAttribute("aria-label", name);
      mark.bindPopup(() => told(point, region), { offset: [0, -4] });
      mark.on("popupclose", () => {
        const here = document.activeElement;
        if (here === document.body || here?.closest(".leaflet-popup")) mark.getElement()?.focus({ preventScroll: true });
      });
    }
    if (!places.length) return;
    this.regions.set(region.dataset.region ?? "", places);
    const east = places.reduce((one, other) => (other.lng > one.lng ? other : one));
    const name = document.createElement("span");
    name.textContent = region.dataset.name ?? "";
    this.names.push(
      tooltip({ permanent: true, direction: "auto", offset: [12, 0] }).setLatLng(east).setContent(name).addTo(this.map),
    );
  }

  /** The mark that the drawing has, as large on every scale of the map as in the drawing of the whole; smaller on a phone. */
  private icon(region: SVGElement, point: SVGElement): ReturnType<typeof divIcon> {
    const path = point.querySelector<SVGGraphicsElement>(".point");
    const scale = Number(this.drawing.getAttribute("font-size")) / 15;
    const half = ((SIZE / 2) * scale) / Math.min(1, Math.max(0.65, this.map.getSize().x / WIDE));
    const drawn = picture(`${-half} ${-half} ${2 * half} ${2 * half}`, path ? [path] : []);
    for (const copy of drawn.querySelectorAll(".point")) {
      copy.removeAttribute("transform");
      copy.replaceChildren();
    }
    drawn.setAttribute("class", region.getAttribute("class") ?? "");
    drawn.setAttribute("aria-hidden", "true");
    const box = document.createElement("div");
    box.append(drawn);
    return divIcon({ html: box, iconSize: [SIZE, SIZE], className: "leaflet-div-icon" });
  }

  /** Hides the names that would stand on others: larger, the map has room for more of them. The legend has all. */
  private room(): void {
    const shown: DOMRect[] = [];
    for (const name of this.names) {
      const element = name.getElement();
      if (!element) continue;
      element.classList.remove("hidden");
      const box = element.getBoundingClientRect();
      const meets = (other: DOMRect): boolean =>
        box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom;
      if (shown.some(meets)) element.classList.add("hidden");
      else shown.push(box);
    }
  }

  /** Shows a region as large as fits; tells whether there is one of that id on the map. */
  near(id: string): boolean {
    const places = this.regions.get(id);
    if (!places) return false;
    this.map.fitBounds(latLngBounds(places), { padding: [3 * ROOM, 3 * ROOM], maxZoom: 9, animate: !this.calm });
    return true;
  }

  focus(): void {
    this.map.getContainer().focus();
  }
}

for (const figure of document.querySelectorAll<HTMLElement>("[data-map]")) {
  const drawing = figure.querySelector<SVGSVGElement>("svg.map");
  if (!drawing) continue;
  const moved = new Moved(figure, drawing);
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-near]")) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || !moved.near(link.dataset.near ?? "")) return;
      event.preventDefault();
      moved.focus();
    });
  }
}

export {};
