"""Words the generated rows are made of, Italian and English as in a company that works with both."""

from __future__ import annotations

FIRST_NAMES = (
    "Giulia", "Marco", "Francesca", "Luca", "Chiara", "Alessandro", "Martina", "Davide", "Elena",
    "Matteo", "Sara", "Andrea", "Valentina", "Lorenzo", "Alice", "Simone", "Emma", "James",
    "Olivia", "Thomas", "Sophie", "Daniel", "Hannah", "Oliver", "Nicolò", "Grace", "Zoë",
    "Edoardo",
)  # fmt: skip
SURNAMES = (
    "Rossi", "Bianchi", "Ferrari", "Esposito", "Romano", "Colombo", "Ricci", "Marino", "Greco",
    "Conti", "De Luca", "Costa", "Giordano", "Rizzo", "Lombardi", "Moretti", "Barbieri", "Fontana",
    "Smith", "Taylor", "Brown", "Walker", "Hughes", "Clarke", "O'Brien", "D'Angelo", "Niccolò",
    "Evans",
)  # fmt: skip
COMPANY_STEMS = (
    "Alba", "Fornaci", "Meridiana", "Borea", "Cascina", "Lumen", "Navigli", "Tramonto", "Orizzonte",
    "Quercia", "Stella", "Vento", "Harbour", "Northfield", "Oakridge", "Riverside", "Silverline", "Westbridge",
    "Beacon", "Copper", "Granite", "Lakeside", "Meadow", "Willow",
)  # fmt: skip
COMPANY_ENDS = ("S.r.l.", "S.p.A.", "& Figli", "Group", "Ltd", "Consulting", "Industrie", "Energia", "Foods", "Media")
PROJECT_STARTS = (
    "Restyling sito", "Campagna lancio", "Migrazione cloud", "App mobile", "Piano editoriale", "Audit sicurezza",
    "Portale clienti", "Brand strategy", "Data platform", "Service design", "E-commerce rollout", "CRM integration",
    "Annual report", "Design system", "Formazione interna", "Manutenzione evolutiva",
)  # fmt: skip
TOWNS = (
    ("Milano", "20121", "Italia"), ("Torino", "10121", "Italia"), ("Roma", "00184", "Italia"),
    ("Bologna", "40121", "Italia"), ("Forlì", "47121", "Italia"), ("Napoli", "80133", "Italia"),
    ("London", "EC1A 1BB", "United Kingdom"), ("Bristol", "BS1 4DJ", "United Kingdom"),
)  # fmt: skip
STREETS = (
    "Via Garibaldi",
    "Corso Venezia",
    "Piazza Dante",
    "Via Torino",
    "High Street",
    "King's Road",
    "Via dell'Unità",
)
STREAMS = (
    "Developers", "Design", "Strategia", "Data", "Project management", "Contenuti", "Quality", "Infrastruttura",
    "Ricerca", "Media", "Marketing", "Formazione", "Legacy", "Stampa",
)  # fmt: skip
AREAS = ("Analisi", "Design", "Sviluppo", "Test e rilascio", "Project management", "Costi e trasferte", "Discovery")
TASKS = (
    "Kick-off", "Interviste", "Wireframe", "Prototipo", "Sviluppo front-end", "Sviluppo API", "Test di accettazione",
    "Content migration", "Release", "Documentazione", "Revisione", "Go-live support",
)  # fmt: skip
NOTES = (
    "Da confermare con il cliente", "Waiting for the signed offer", "Priorità alta", "As agreed in the weekly call",
    "Perché rinviato: vedi verbale", "No remarks", "Sconto già incluso",
)  # fmt: skip
JOB_TITLES = (
    "Junior Developer", "Senior Developer", "Designer", "Art Director", "Project Manager", "Account Manager",
    "Data Analyst", "Copywriter", "Consulente senior", "Responsabile qualità",
)  # fmt: skip
LEVELS = (
    ("Junior", "jr"),
    ("Middle", "md"),
    ("Senior", "sr"),
    ("Manager", "mg"),
    ("Partner", "pt"),
    ("Freelance", "fr"),
)
HOLIDAYS = (
    ("Capodanno", 1, 1), ("Epifania", 6, 1), ("Festa della Liberazione", 25, 4), ("Festa dei Lavoratori", 1, 5),
    ("Festa della Repubblica", 2, 6), ("Ferragosto", 15, 8), ("Ognissanti", 1, 11), ("Immacolata", 8, 12),
    ("Christmas Day", 25, 12), ("Boxing Day", 26, 12),
)  # fmt: skip
STAGES = ("Lead", "Qualified", "Proposta inviata", "Negotiation", "Won", "Lost")
METADATA = (
    ("Settore", ("Finance", "Energia", "Retail", "Pubblica amministrazione")),
    ("Priority", ("Low", "Medium", "High")),
    ("Region", ("Nord", "Centro", "Sud", "UK")),
)
OPTIONS = ("Low", "Medium", "High", "Urgente")
COLORS = ("#114B5F", "#2E91AC", "#28B869", "#FAC03D", "#D43A59", "#9378BC")
ROLES = ("super user", "admin", "project manager", "member", "guest")
CAPACITIES = (("Full-time", 480), ("Part-time 75 %", 360), ("Part-time 50 %", 240), ("Four days", 480))
CATEGORIES = ("Commessa cliente", "Internal", "Presales", "Ricerca e sviluppo", "Training", "Support")
PRODUCTS = ("Hosting annuale", "Licence pack", "Workshop day", "SEO check", "Support hours", "Manutenzione")
