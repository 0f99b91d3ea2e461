# expect: changed br:next
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
INSERT DATA { br:next owl:inverseOf br:plan }
