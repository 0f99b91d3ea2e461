PREFIX x: <http://x.test/>
INSERT { ?b x:holds ?a . ?a a x:Part } WHERE { ?a x:partOf ?b }
