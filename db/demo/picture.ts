import sharp from "sharp";

/** A cup on a quay before sunrise: drawn here, so that the demo carries no photograph of anybody's. */
const HARBOUR = `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="520" viewBox="0 0 1200 520">
<defs>
<linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#17424a"/><stop offset=".55" stop-color="#c98a5a"/><stop offset="1" stop-color="#f4cf9a"/></linearGradient>
<linearGradient id="sea" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#d79f6c"/><stop offset=".35" stop-color="#3d6f73"/><stop offset="1" stop-color="#17424a"/></linearGradient>
</defs>
<rect width="1200" height="330" fill="url(#sky)"/>
<circle cx="760" cy="312" r="62" fill="#fbe6bd"/>
<g fill="#123238">
<path d="M0 330v-58h70v-34h54v34h66v-20h90v78z"/>
<path d="M330 330V150h10l96-62v-8h10v40h150v8H446v52h10v150h-14v-96h-88v96z" opacity=".92"/>
<path d="M520 128v96h3v-96zM516 224h12v10h-12z"/>
<path d="M930 330v-46h44v-26h60v-40h26v40h40v26h100v46z"/>
</g>
<rect y="328" width="1200" height="192" fill="url(#sea)"/>
<g stroke="#fbe6bd" stroke-width="4" stroke-linecap="round" opacity=".75"><path d="M690 348h140M716 366h88M736 384h48M700 402h30M770 414h44"/></g>
<path d="M0 470h1200v50H0z" fill="#2b1b14"/>
<g transform="translate(150 286)">
<ellipse cx="95" cy="186" rx="138" ry="15" fill="#f3ebe1"/><ellipse cx="95" cy="183" rx="110" ry="9" fill="#dccfc0"/>
<path d="M10 40h170c0 74-22 140-85 140S10 114 10 40z" fill="#fffaf2"/>
<ellipse cx="95" cy="40" rx="85" ry="17" fill="#efe4d6"/><ellipse cx="95" cy="42" rx="74" ry="12" fill="#4a2a1c"/>
<path d="M176 62c44-12 58 56-14 72l6-18c38-12 30-48 2-40z" fill="#fffaf2"/>
<g fill="none" stroke="#fff" stroke-width="7" stroke-linecap="round" opacity=".7"><path d="M66 16c-18-28 20-38 2-70M104 12c-18-30 20-42 2-78M138 18c-16-24 16-34 2-58"/></g>
</g>
</svg>`;

/** The picture as bytes of a PNG, as a person would upload it. */
export const drawHarbour = (): Promise<Buffer> => sharp(Buffer.from(HARBOUR)).png().toBuffer();
