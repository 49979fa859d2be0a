/**
 * The page's entry point: reads its data block and shows it.
 *
 * @module
 */
import { render } from "preact";
import { App } from "./app.tsx";
import { Model } from "./model.ts";

const model = new Model(JSON.parse(document.getElementById("data")!.textContent!));
document.title = `${model.text(model.data.target)} – htrace report`;
const place = document.getElementById("app")!;
place.replaceChildren();
render(<App model={model} />, place);
