# expect: changed br:Tip
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
DELETE DATA { br:Tip owl:deprecated true ; dcterms:isReplacedBy br:Advice }
