"""What words in names of columns mean in English, of files in German, Dutch or a Romance language."""

from __future__ import annotations

import re
import unicodedata
from types import MappingProxyType
from typing import Final

_WORDS: Final = """
    deaths: todesfalle todesfaelle todesfall verstorbene gestorbene tote deces morts muertes muertos
        fallecidos defunciones decessi morti obitos mortes sterfgevallen overledenen
    events: ereignisse evenements eventos eventi gebeurtenissen
    falls: sturze stuerze chutes caidas cadute
    infections: infektionen infecciones infezioni
    complications: komplikationen complicaciones complicazioni
    patientdays: patiententage pflegetage belegungstage
    personyears: personenjahre personnesannees personasano
    estimate: schatzer schaetzer schatzwert schaetzwert schatzung schaetzung estimateur estimacion stima
    effect: effekt effektgrosse effet efecto effetto
    samplesize: stichprobe stichprobenumfang fallzahl tailleechantillon tamanomuestra
    cases: falle faelle cas casos casi gevallen
    patients: patienten pacientes pazienti
    admissions: aufnahmen hospitalisations ingresos ricoveri opnames
    births: geburten naissances nacimientos nascite nascimentos geboorten
    procedures: eingriffe operationen prozeduren interventions intervenciones interventi
    attempts: versuche essais intentos tentativi pogingen
    mean: mittelwert mittel durchschnitt arithmetischesmittel moyenne media promedio gemiddelde
    sd: standardabweichung stdabw stabw ecarttype desviacionestandar desviaciontipica deviazionestandard
        desviopadrao standaarddeviatie standaardafwijking
    se: standardfehler erreurtype erreurstandard errorestandar errortipico errorestandard erropadrao
        standaardfout
    variance: varianz varianza variancia variantie
    count: anzahl effectif aantal
    lower: untergrenze untere borneinferieure limiteinferior limiteinferiore ondergrens
    upper: obergrenze obere bornesuperieure limitesuperior limitesuperiore bovengrens
    hospital: klinik krankenhaus spital hopital ospedale ziekenhuis
    ward: abteilung reparto afdeling
    school: schule ecole lycee escuela colegio escola scuola liceo
    class: klasse schulklasse classe clase turma
    teacher: lehrer lehrerin lehrkraft enseignant enseignante professeur profesor profesora maestro
        insegnante leraar
    doctor: arzt arztin medecin medico
    student: schuler schueler schulerin eleve etudiant alumno alumna aluno alunno studente leerling
    patient: patientin paciente paziente
    participant: proband teilnehmer teilnehmerin probandin
    person: personne persona persoon
    institution: einrichtung etablissement establecimiento
    state: bundesland kanton estado
    district: kreis landkreis bezirk departement arrondissement distrito
    municipality: gemeinde commune comuna municipio comune gemeente
    city: stadt ville ciudad cidade citta stad
    country: staat pays pais paese
    province: provinz provincia provincie
    location: standort ort lieu lugar
    store: filiale geschaft magasin tienda sucursal negozio loja
    firm: firma unternehmen entreprise empresa azienda bedrijf
    employee: mitarbeiter mitarbeiterin employe empleado empleada dipendente funcionario medewerker
    salesperson: verkaufer verkaeufer verkauferin vendeur vendeuse vendedor vendedora venditore verkoper
    customer: kunde kundin client cliente klant
    machine: maschine maquina macchina
    variety: sorte variete variedad varieta variedade
    genotype: prufglied genotyp genotipo
    plot: parzelle parcelle parcela
    study: studie etude estudio
    laboratory: laboratoire laboratorio
    rep: wiederholung wdh repetition repeticion ripetizione herhaling
    block: bloc bloque blocco blok
    treatment: behandlung traitement tratamiento trattamento behandeling
    sex: geschlecht sexe sexo sesso geslacht
    year: jahr annee ano anno jaar
    month: monat mois mes mese maand
    week: woche semaine semana settimana
    date: datum fecha
    period: zeitraum periode periodo
    yield: ertrag rendement rendimiento resa opbrengst
    weight: gewicht poids peso
    height: hohe hoehe hauteur altura altezza hoogte
    length: lange laenge longueur longitud lunghezza
    price: preis prix precio prezzo prijs preco
    cost: kosten cout coste costo
    sales: umsatz umsatze ventas ventes vendite
    points: punkte punktzahl puntos punti punten
    grade: note nota cijfer
    score: punktwert puntuacion puntaje punteggio
    result: ergebnis resultat resultado risultato resultaat
    value: wert messwert valeur valor valore waarde
    measurement: messung mesure medicion misura meting
    duration: dauer duree duracion durata duur
    los: verweildauer liegedauer
    income: einkommen revenu reddito
    wage: lohn gehalt salaire salario stipendio loon
    temperature: temperatur temperatura temperatuur
    number: nummer numero
    row: zeile ligne fila riga
"""

_MEANINGS: Final = re.findall(r"(\w+):([^:]*)(?=\n|$)", _WORDS)
ENGLISH: Final = MappingProxyType({word: meaning for meaning, words in _MEANINGS for word in words.split()})
"""The English word by one without accents, in small letters; of several words, written together."""


def plain_letters(name: str) -> str:
    """A name with letters of the Latin alphabet instead of those with accents: ``Fälle`` is Falle."""
    if name.isascii():
        return name
    apart = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
