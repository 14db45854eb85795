//! Style sheet, fonts, icons and the page itself.
//!
//! Everything a page loads is in the folder: nothing comes from another host at run time.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::dist_folder::DistFolder;
use crate::sh;

/// The colour scales that tokens are chosen from. Each comes in light and dark; the dark ones apply
/// where the root element has the class `dark`.
const SCALES: [&str; 6] = ["slate", "violet", "green", "red", "amber", "blue"];

/// The fonts: npm package, family, and the file of the Latin subset.
const FONTS: [(&str, &str, &str); 2] = [
    ("inter", "Inter Variable", "inter-latin-wght-normal.woff2"),
    ("jetbrains-mono", "JetBrains Mono Variable", "jetbrains-mono-latin-wght-normal.woff2"),
];

/// Where the page takes its icons in.
const SPRITE_PLACE: &str = "<!-- icons -->";

/// Writes the page and what it shows before the interface has started.
pub(crate) fn write(web: &Path, dist: &mut DistFolder) -> Result<()> {
    for name in ["boot.js", "editor-late.js", "icon.svg"] {
        dist.put(name, sh::read(&web.join(name))?.as_bytes())?;
    }
    for (package, _, file) in FONTS {
        let path =
            web.join("node_modules/@fontsource-variable").join(package).join("files").join(file);
        let bytes = fs::read(&path).with_context(|| format!("{} is missing", path.display()))?;
        dist.put(Path::new("fonts").join(file), &bytes)?;
    }
    let sprite = sprite(&sh::read(&web.join("icons.txt"))?, &npm_icon(web))?;
    let page = with_sprite(&sh::read(&web.join("index.html"))?, &sprite)?;
    dist.put("index.html", page.as_bytes())?;
    dist.put("style.css", style(web)?.as_bytes())
}

fn style(web: &Path) -> Result<String> {
    let mut css = String::new();
    for scale in SCALES {
        for file in [format!("{scale}.css"), format!("{scale}-dark.css")] {
            css += &sh::read(&web.join("node_modules/@radix-ui/colors").join(file))?;
            css.push('\n');
        }
    }
    for (_, family, file) in FONTS {
        css += &font_face(family, file);
    }
    css += &sh::read(&web.join("boot.css"))?;
    css += &own_styles(&sh::root().join("ui/styles"))?;
    Ok(css)
}

fn font_face(family: &str, file: &str) -> String {
    format!(
        "@font-face {{ font-family: \"{family}\"; font-style: normal; font-display: swap; \
         font-weight: 100 900; src: url(fonts/{file}) format(\"woff2-variations\"); }}\n"
    )
}

/// The interface's own files in the order that `order.txt` names. A file that it does not name
/// would be lost without anybody noticing, so that is an error.
fn own_styles(folder: &Path) -> Result<String> {
    let Ok(order) = fs::read_to_string(folder.join("order.txt")) else { return Ok(String::new()) };
    let names: Vec<&str> = lines(&order).collect();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".css") && !names.contains(&name.as_str()) {
            bail!("ui/styles/{name} is not in ui/styles/order.txt, so nobody would see it");
        }
    }
    let mut css = String::new();
    for name in names {
        css += &sh::read(&folder.join(name))?;
        css.push('\n');
    }
    Ok(css)
}

/// The page with its icons in it: what is drawn while nothing can be loaded has them too.
fn with_sprite(page: &str, sprite: &str) -> Result<String> {
    let (before, after) = page
        .split_once(SPRITE_PLACE)
        .with_context(|| format!("index.html has no {SPRITE_PLACE}"))?;
    Ok(format!("{before}{sprite}{after}"))
}

/// The icons named in `list` as one drawing of symbols that shows nothing itself.
fn sprite(list: &str, icon: &dyn Fn(&str) -> Result<String>) -> Result<String> {
    let mut out = String::from("<svg id=\"icons\" class=\"rr-sprite\" aria-hidden=\"true\">\n");
    for name in lines(list) {
        let inner = inner(&icon(name)?).with_context(|| format!("icon {name} is not an svg"))?;
        out += &match name.strip_prefix("brand:") {
            Some(brand) => format!(
                "<symbol id=\"icon-brand-{brand}\" viewBox=\"0 0 24 24\" fill=\"currentColor\">{inner}</symbol>\n"
            ),
            None => format!(
                "<symbol id=\"icon-{name}\" viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" \
                 stroke-width=\"2\" stroke-linecap=\"round\" stroke-linejoin=\"round\">{inner}</symbol>\n"
            ),
        };
    }
    out += "</svg>\n";
    Ok(out)
}

/// Reads an icon from its npm package.
fn npm_icon(web: &Path) -> impl Fn(&str) -> Result<String> + use<> {
    let modules = web.join("node_modules");
    move |name| {
        let path = match name.strip_prefix("brand:") {
            Some(brand) => modules.join("simple-icons/icons").join(format!("{brand}.svg")),
            None => modules.join("lucide-static/icons").join(format!("{name}.svg")),
        };
        fs::read_to_string(path)
            .with_context(|| format!("there is no icon {name}, see ui/web/icons.txt"))
    }
}

/// What is between `<svg …>` and `</svg>`, on one line and without the title, which would show as
/// a tooltip.
fn inner(svg: &str) -> Option<String> {
    let after = &svg[svg.find("<svg")?..];
    let body = &after[after.find('>')? + 1..after.rfind("</svg>")?];
    let body = match (body.find("<title>"), body.find("</title>")) {
        (Some(from), Some(to)) => format!("{}{}", &body[..from], &body[to + "</title>".len()..]),
        _ => body.to_owned(),
    };
    Some(body.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The lines of a list file that say something.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sprite_has_one_symbol_for_each_line() {
        let icon = |name: &str| {
            Ok(format!(
                "<!-- x --><svg\n class=\"a\">\n<title>{name}</title>\n <path d=\"M0 0\"/>\n</svg>"
            ))
        };
        let sprite = sprite("# comment\nplay\n\nbrand:github\n", &icon).unwrap();
        let symbols: Vec<&str> =
            sprite.lines().filter(|line| line.starts_with("<symbol")).collect();
        assert_eq!(symbols.len(), 2);
        assert!(
            symbols[0].starts_with("<symbol id=\"icon-play\" ") && symbols[0].contains("stroke=")
        );
        assert!(symbols[1].starts_with("<symbol id=\"icon-brand-github\" "));
        assert!(symbols[1].contains("><path d=\"M0 0\"/></symbol>"));
        assert!(!sprite.contains("<title>"));
    }

    #[test]
    fn the_page_has_its_icons() {
        let page = with_sprite("<body><!-- icons --></body>", "<svg></svg>").unwrap();
        assert_eq!(page, "<body><svg></svg></body>");
        assert!(with_sprite("<body></body>", "").is_err());
        let page = sh::read(&sh::root().join("ui/web/index.html")).unwrap();
        assert_eq!(page.matches(SPRITE_PLACE).count(), 1);
    }

    #[test]
    fn a_missing_icon_is_named() {
        let icon = |name: &str| -> Result<String> { bail!("there is no icon {name}") };
        let error = sprite("nope", &icon).unwrap_err();
        assert!(format!("{error:#}").contains("nope"));
    }
}
