# expect: changed br:Goal
# expect: changed br:Goal
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
INSERT DATA { br:Goal skos:definition "Noe en region vil oppnå."@nb ; skos:closeMatch foaf:Project }
