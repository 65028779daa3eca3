//! The parts of the file beside the text.

use super::xml::Xml;
use crate::model::Page;

/// The name space of the text.
pub(super) const MAIN: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
/// The name space of relations.
pub(super) const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
/// The relation of the header with the page number.
pub(super) const HEADER: &str = "rId3";

pub(super) const CONTENT_TYPES: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
    "\n",
    r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">"#,
    r#"<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>"#,
    r#"<Default Extension="xml" ContentType="application/xml"/>"#,
    r#"<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>"#,
    r#"<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>"#,
    r#"<Override PartName="/word/header1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"/>"#,
    r#"<Override PartName="/word/settings.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml"/>"#,
    r#"<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>"#,
    "</Types>",
);

pub(super) const PACKAGE_RELATIONS: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
    "\n",
    r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#,
    r#"<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>"#,
    r#"<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/>"#,
    "</Relationships>",
);

pub(super) const DOCUMENT_RELATIONS: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
    "\n",
    r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#,
    r#"<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>"#,
    r#"<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/settings" Target="settings.xml"/>"#,
    r#"<Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/header" Target="header1.xml"/>"#,
    "</Relationships>",
);

/// Word 2013 and later: without it, Word opens the file in a mode of compatibility with other line heights.
pub(super) const SETTINGS: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
    "\n",
    r#"<w:settings xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">"#,
    r#"<w:characterSpacingControl w:val="doNotCompress"/>"#,
    r#"<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>"#,
    r#"<w:themeFontLang w:val="vi-VN"/>"#,
    "</w:settings>",
);

/// Properties: the kind of paper and its language. No author and no time, which a person adds by signing.
pub(super) fn core(title: &str) -> String {
    let mut xml = Xml::file();
    let spaces = [
        ("xmlns:cp", "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"),
        ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
    ];
    xml.element("cp:coreProperties", &spaces, |xml| {
        xml.element("dc:title", &[], |xml| xml.text(title));
        xml.element("dc:language", &[], |xml| xml.text("vi-VN"));
    });
    xml.finish()
}

/// The look of text that says nothing else.
pub(super) fn styles(page: &Page) -> String {
    let mut xml = Xml::file();
    xml.element("w:styles", &[("xmlns:w", MAIN)], |xml| {
        xml.element("w:docDefaults", &[], |xml| {
            xml.element("w:rPrDefault", &[], |xml| {
                xml.element("w:rPr", &[], |xml| {
                    let font = page.font.as_str();
                    xml.empty(
                        "w:rFonts",
                        &[("w:ascii", font), ("w:hAnsi", font), ("w:eastAsia", font), ("w:cs", font)],
                    );
                    xml.value("w:sz", &half_points(page.number_size));
                    xml.value("w:szCs", &half_points(page.number_size));
                    xml.empty("w:lang", &[("w:val", "vi-VN"), ("w:eastAsia", "vi-VN"), ("w:bidi", "ar-SA")]);
                });
            });
            xml.element("w:pPrDefault", &[], |xml| {
                xml.element("w:pPr", &[], |xml| {
                    let single = [("w:before", "0"), ("w:after", "0"), ("w:line", "240"), ("w:lineRule", "auto")];
                    xml.empty("w:spacing", &single);
                });
            });
        });
        xml.element("w:style", &[("w:type", "paragraph"), ("w:default", "1"), ("w:styleId", "Normal")], |xml| {
            xml.value("w:name", "Normal");
            xml.empty("w:qFormat", &[]);
        });
        xml.element("w:style", &[("w:type", "table"), ("w:default", "1"), ("w:styleId", "TableNormal")], |xml| {
            xml.value("w:name", "Normal Table");
        });
    });
    xml.finish()
}

/// The header of every page but the first: the number in the middle (Nghị định 30/2020/NĐ-CP, Phụ lục I).
pub(super) fn page_number(page: &Page) -> String {
    let mut xml = Xml::file();
    xml.element("w:hdr", &[("xmlns:w", MAIN)], |xml| {
        xml.element("w:p", &[], |xml| {
            xml.element("w:pPr", &[], |xml| xml.value("w:jc", "center"));
            let size = half_points(page.number_size);
            let run = |xml: &mut Xml, inside: &dyn Fn(&mut Xml)| {
                xml.element("w:r", &[], |xml| {
                    xml.element("w:rPr", &[], |xml| xml.value("w:sz", &size));
                    inside(xml);
                });
            };
            run(xml, &|xml| xml.empty("w:fldChar", &[("w:fldCharType", "begin")]));
            run(xml, &|xml| xml.element("w:instrText", &[], |xml| xml.text("PAGE")));
            run(xml, &|xml| xml.empty("w:fldChar", &[("w:fldCharType", "separate")]));
            run(xml, &|xml| xml.element("w:t", &[], |xml| xml.text("2")));
            run(xml, &|xml| xml.empty("w:fldChar", &[("w:fldCharType", "end")]));
        });
    });
    xml.finish()
}

/// Points as the file counts them.
pub(super) fn half_points(points: u16) -> String {
    (u32::from(points) * 2).to_string()
}

/// Millimetres in twentieths of a point.
pub(super) fn twips(millimetres: u16) -> u32 {
    (u32::from(millimetres) * 14_400 + 127) / 254
}
