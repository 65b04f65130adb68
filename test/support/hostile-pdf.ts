/** Writes a small PDF: `objects` from number 1 on, of which the first is the catalog, and a cross-reference table. */
export function writePdf(objects: readonly string[]): Uint8Array {
  let text = '%PDF-1.7\n';
  const offsets = objects.map((object, i) => {
    const offset = text.length;
    text += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const start = text.length;
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`;
  text += `trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** A stream object with these bytes, one letter each. */
export function pdfStream(content: string, dictionary = ''): string {
  return `<< /Length ${content.length} ${dictionary} >>\nstream\n${content}\nendstream`;
}

/** Pages of text, one line each, in a font that the document does not bring. */
export function writePages(lines: readonly string[]): Uint8Array {
  const kids = lines.map((_, i) => `${4 + 2 * i} 0 R`).join(' ');
  return writePdf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${lines.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...lines.flatMap((line, i) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >> /Contents ${5 + 2 * i} 0 R >>`,
      pdfStream(`BT /F 24 Tf 60 760 Td (${line}) Tj ET`),
    ]),
  ]);
}

/**
 * A page on which everything that a PDF can do to reach out is tried: on opening, by a click anywhere, by a form, by a
 * script, by an image, a font and a file that lie elsewhere. `url` gives each try an address of its own.
 */
export function hostilePdf(url: (vector: string) => string): Uint8Array {
  const uri = (vector: string) => `<< /S /URI /URI (${url(vector)}) >>`;
  const file = (vector: string) => `<< /FS /URL /F (${url(vector)}) >>`;
  const link = (action: string) =>
    `<< /Type /Annot /Subtype /Link /Rect [0 0 595 842] /Border [0 0 0] /A ${action} >>`;
  const script = `<< /S /JavaScript /JS (app.launchURL\\("${url('js')}"\\); this.submitForm\\("${url('js-form')}"\\); ) >>`;
  const picture =
    '/Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 1';
  return writePdf([
    `<< /Type /Catalog /Pages 2 0 R /OpenAction 9 0 R /URI << /Base (${url('base')}) >>
      /AA << /WC ${uri('will-close')} /DS ${uri('did-save')} >>
      /AcroForm << /Fields [7 0 R] /NeedAppearances true /DA (/F 12 Tf) /XFA 11 0 R >>
      /Names << /JavaScript << /Names [(go) ${script}] >> /EmbeddedFiles << /Names [(f) 12 0 R] >> >> >>`,
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R
      /AA << /O ${uri('page-open')} /C ${uri('page-close')} >>
      /Resources << /Font << /F 5 0 R /G 6 0 R /H 18 0 R >> /XObject << /Out 8 0 R /Ref 10 0 R /Jpx 14 0 R /Jbig 15 0 R /Fax 16 0 R >>
      /ColorSpace << /Icc [/ICCBased 17 0 R] >> >>
      /Annots [7 0 R
        ${link(uri('link'))}
        ${link(`<< /S /Launch /F ${file('launch')} /NewWindow true >>`)}
        ${link(`<< /S /GoToR /F ${file('go-to-remote')} /D [0 /Fit] >>`)}
        ${link(`<< /S /GoToE /F ${file('go-to-embedded')} /D [0 /Fit] >>`)}
        ${link(`<< /S /SubmitForm /F ${file('submit')} /Flags 4 >>`)}
        ${link(`<< /S /ImportData /F ${file('import')} >>`)}
        ${link(script)}
        << /Type /Annot /Subtype /FileAttachment /Rect [0 0 20 20] /FS ${file('attachment')} >>
        << /Type /Annot /Subtype /Movie /Rect [20 0 40 20] /Movie << /F ${file('movie')} /Poster true >> >>
        << /Type /Annot /Subtype /Screen /Rect [40 0 60 20] /A << /S /Rendition /OP 0 /R << /S /MR /C << /S /MCD /D ${file('rendition')} >> >> >> >>
      ] >>`,
    pdfStream(
      'BT /F 24 Tf 60 760 Td (A page that wants out) Tj /G 24 Tf 0 -40 Td (in a font of elsewhere) Tj /H 24 Tf 0 -40 Td <3042> Tj ET /Icc cs 1 0 0 sc 0 0 9 9 re f /Out Do /Ref Do /Jpx Do /Jbig Do /Fax Do',
    ),
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    `<< /Type /Font /Subtype /TrueType /BaseFont /Elsewhere /FirstChar 32 /LastChar 33 /Widths [500 500]
      /FontDescriptor << /Type /FontDescriptor /FontName /Elsewhere /Flags 32 /FontFile2 13 0 R >> >>`,
    `<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /Rect [60 600 260 630] /V (typed)
      /A << /S /SubmitForm /F ${file('widget')} >> /AA << /Fo ${uri('focus')} /K ${script} >> >>`,
    pdfStream(
      '',
      `/Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8 /F ${file('image')} /FFilter /DCTDecode`,
    ),
    uri('open'),
    pdfStream(
      '',
      `/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Ref << /F ${file('reference')} /Page 0 >> /OPI << /2.0 << /F ${file('opi')} >> >>`,
    ),
    pdfStream(
      `<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><template><subform><event activity="initialize"><script>xfa.host.gotoURL("${url('xfa')}")</script></event></subform></template></xdp:xdp>`,
    ),
    `<< /Type /Filespec /FS /URL /F (${url('file')}) >>`,
    pdfStream('', `/F ${file('font')}`),
    // What a reader fetches help for: decoders, a colour profile, a table of characters and a font that go with it.
    pdfStream('\xff\x4f\xff\x51', `${picture} /Filter /JPXDecode`),
    pdfStream('\0\0\0\0', `${picture} /Filter /JBIG2Decode`),
    pdfStream(
      '\xff\x00\x10\x01',
      `${picture} /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 8 /Rows 8 >>`,
    ),
    pdfStream('profile', '/N 3'),
    `<< /Type /Font /Subtype /Type0 /BaseFont /HeiseiMin-W3 /Encoding /UniJIS-UCS2-H /DescendantFonts [<<
      /Type /Font /Subtype /CIDFontType0 /BaseFont /HeiseiMin-W3 /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >>
      /FontDescriptor << /Type /FontDescriptor /FontName /HeiseiMin-W3 /Flags 4 >> >>] >>`,
  ]);
}
