// A shop on an origin of its own, which has put the widget into its page, under a strict policy:
//   DOCKET_WIDGET_KEY=acme.… DOCKET_URL=http://127.0.0.1:8080 npm run shop
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

const desk = new URL(process.env.DOCKET_URL ?? "http://127.0.0.1:8080").origin;
const key = process.env.DOCKET_WIDGET_KEY ?? "";
const port = Number(process.env.SHOP_PORT ?? 5180);
const FILES = { "/": ["shop.html", "text/html"], "/shop.css": ["shop.css", "text/css"], "/shop.js": ["shop.js", "text/javascript"] };
const policy = `default-src 'none'; style-src 'self'; script-src 'self' ${desk}; connect-src ${desk} ${desk.replace(/^http/, "ws")}; base-uri 'none'; form-action 'none'`;

const server = createServer(async (request, response) => {
  const url = new URL(request.url ?? "/", "http://shop");
  const found = FILES[url.pathname];
  if (!found) return response.writeHead(404).end();
  const [name, kind] = found;
  let text = await readFile(new URL(name, import.meta.url), "utf8");
  // The key of the address, for who tries several; it may be only what a key is made of.
  const wanted = url.searchParams.get("key") ?? key;
  if (name === "shop.html") text = text.replace("{{desk}}", desk).replace("{{key}}", wanted.replace(/[^\w.-]/g, ""));
  response.writeHead(200, { "Content-Type": `${kind}; charset=utf-8`, "Content-Security-Policy": policy }).end(text);
});
server.listen(port, "127.0.0.1", () => console.log(`The shop: http://127.0.0.1:${server.address().port}/ (desk: ${desk})`));
