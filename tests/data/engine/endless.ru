PREFIX x: <http://x.test/>
INSERT { ?new a x:Region } WHERE { ?old a x:Region BIND(IRI(CONCAT(STR(?old), "x")) AS ?new) }
