# expect: deprecated br:Plan
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
INSERT DATA { br:Plan owl:deprecated true ; dcterms:isReplacedBy br:Statement }
