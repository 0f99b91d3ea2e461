PREFIX x: <http://x.test/>
INSERT { ?a x:partOf ?c } WHERE { ?a x:partOf ?b . ?b x:partOf ?c }
