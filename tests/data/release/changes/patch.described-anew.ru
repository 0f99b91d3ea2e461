# expect: changed <https://w3id.org/byregion/def>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
INSERT DATA { <https://w3id.org/byregion/def> dcterms:modified "2026-12-01"^^xsd:date }
