-- An example: the register of an invented learner, as pmp-core 0.1.0 made it.
BEGIN TRANSACTION;
CREATE TABLE absences (
	id TEXT NOT NULL, 
	learner_id TEXT NOT NULL, 
	institution_id TEXT NOT NULL, 
	day DATE NOT NULL, 
	lesson BIGINT, 
	absence TEXT NOT NULL, 
	source TEXT NOT NULL, 
	CONSTRAINT pk_absences PRIMARY KEY (id), 
	CONSTRAINT fk_absences_learner_id FOREIGN KEY(learner_id) REFERENCES learners (id), 
	CONSTRAINT fk_absences_institution_id FOREIGN KEY(institution_id) REFERENCES institutions (id)
);
CREATE TABLE claim_receipts (
	claim_id TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	number TEXT NOT NULL, 
	issuer TEXT NOT NULL, 
	day DATE NOT NULL, 
	amount_cents BIGINT NOT NULL, 
	digest TEXT, 
	CONSTRAINT pk_claim_receipts PRIMARY KEY (claim_id, position), 
	CONSTRAINT fk_claim_receipts_claim_id FOREIGN KEY(claim_id) REFERENCES claims (id)
);
INSERT INTO "claim_receipts" VALUES('C-1',0,'1','SIA Paraugs','2023-03-31',7500,NULL);
CREATE TABLE claims (
	id TEXT NOT NULL, 
	plan_id TEXT NOT NULL, 
	measure BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	first_day DATE NOT NULL, 
	last_day DATE NOT NULL, 
	requested_cents BIGINT NOT NULL, 
	cofunded_cents BIGINT NOT NULL, 
	items BIGINT NOT NULL, 
	status TEXT NOT NULL, 
	submitted_on DATE, 
	decision_digest TEXT, 
	version BIGINT NOT NULL, 
	CONSTRAINT pk_claims PRIMARY KEY (id), 
	CONSTRAINT fk_claims_plan_id FOREIGN KEY(plan_id) REFERENCES plans (id)
);
INSERT INTO "claims" VALUES('C-1','P-1',1,'catering','2023-03-01','2023-03-31',7500,0,1,'decided','2023-04-05','e009da5b1295bf725d7e944f923accc27e9a03954d62fde8bae0a4d023d52f74',3);
CREATE TABLE decisions (
	claim_id TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	digest TEXT NOT NULL, 
	rule TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	amount_cents BIGINT, 
	asked_cents BIGINT, 
	counted_cents BIGINT, 
	programme TEXT NOT NULL, 
	programme_hash TEXT NOT NULL, 
	decided_on DATE NOT NULL, 
	decided_by TEXT NOT NULL, 
	decided_role TEXT NOT NULL, 
	document TEXT NOT NULL, 
	CONSTRAINT pk_decisions PRIMARY KEY (claim_id, number), 
	CONSTRAINT fk_decisions_claim_id FOREIGN KEY(claim_id) REFERENCES claims (id)
);
INSERT INTO "decisions" VALUES('C-1',1,'e009da5b1295bf725d7e944f923accc27e9a03954d62fde8bae0a4d023d52f74','compensation','reduced',4500,7500,4500,'lv-8.3.4','f6fb6a5ed7e9b64ca5088ec85de0caf585450bc80ca07b82362cedaf6d02bb69','2023-04-12','Koordinators (paraugs)','municipal-coordinator','{"rule":"compensation","title":{"lv":"Kompensācija","en":"Compensation"},"programme":"lv-8.3.4","programme_title":{"lv":"Atbalsts priekšlaicīgas mācību pārtraukšanas samazināšanai (PuMPuRS)","en":"Support for reducing early school leaving (PuMPuRS)"},"programme_hash":"f6fb6a5ed7e9b64ca5088ec85de0caf585450bc80ca07b82362cedaf6d02bb69","decided_on":"2023-04-12","outcome":"reduced","outcome_text":{"lv":"samazināts","en":"reduced"},"amount":"45.00","asked":"75.00","reasons":["cut-to-cap"],"prior_cents":0,"facts":[{"name":"on","type":"day","meaning":{"lv":"diena","en":"day"},"value":"2023-03-01","words":null},{"name":"track","type":"code","meaning":{"lv":"izglītības programmas veids","en":"kind of educational programme"},"value":"general","words":{"lv":"vispārējā izglītība","en":"general education"}},{"name":"level","type":"integer","meaning":{"lv":"klase vai kurss","en":"grade or course"},"value":7,"words":null},{"name":"partner","type":"boolean","meaning":{"lv":"iestāde šajā dienā piedalās programmā","en":"the institution takes part on this day"},"value":true,"words":null},{"name":"plan_status","type":"code","meaning":{"lv":"plāna statuss pieteikuma iesniegšanas dienā","en":"status of the plan on the day the claim was submitted"},"value":"in-progress","words":{"lv":"Īstenošanā","en":"being implemented"}},{"name":"plan_first_day","type":"day","meaning":{"lv":"plāna pirmā diena","en":"first day of the plan"},"value":"2023-01-09","words":null},{"name":"plan_last_day","type":"day","meaning":{"lv":"plāna pēdējā diena","en":"last day of the plan"},"value":"2023-05-31","words":null},{"name":"last_day","type":"day","meaning":{"lv":"pieteikuma pēdējā diena","en":"last day of the claim"},"value":"2023-03-31","words":null},{"name":"semester_first_day","type":"day","meaning":{"lv":"semestra pirmā diena","en":"first day of the semester"},"value":"2023-01-09","words":null},{"name":"kind","type":"code","meaning":{"lv":"izdevumu veids","en":"kind of expense"},"value":"catering","words":{"lv":"ēdināšana","en":"catering"}},{"name":"risk_addressed","type":"boolean","meaning":{"lv":"pasākums mazina plānā izvērtētu risku","en":"the measure addresses a risk of the plan"},"value":true,"words":null},{"name":"receipts_complete","type":"boolean","meaning":{"lv":"dokumenti ir pilnīgi un pieteikuma periodā","en":"receipts complete and within the period"},"value":true,"words":null},{"name":"units","type":"integer","meaning":{"lv":"vienību skaits","en":"number of units"},"value":18,"words":null},{"name":"requested_cents","type":"cents","meaning":{"lv":"prasītā summa","en":"amount asked for"},"value":7500,"words":null},{"name":"cofunded_cents","type":"cents","meaning":{"lv":"citu jau segtā summa","en":"amount others already pay"},"value":0,"words":null}],"steps":[{"name":"programme-in-force","kind":"check","title":{"lv":"Programma šajā dienā ir spēkā","en":"The programme is in force on this day"},"failed":{"lv":"programma šajā dienā nav spēkā","en":"the programme is not in force on this day"},"passed":true,"value":null,"unit":"boolean","before":null,"reached":true,"facts":[{"name":"on","type":"day","meaning":{"lv":"diena","en":"day"},"value":"2023-03-01","words":null}],"clauses":[{"path":"programme.in-force","title":{"lv":"projekts tiek īstenots","en":"the project runs"},"state":"set","written":{"lv":"ir","en":"yes"},"first":"2017-03-01","until":"2023-12-31","source":"ESF projekta Nr. 8.3.4.0/16/I/001 apraksts, IKVD (mēneši); https://www.r93vs.lv, ESF projekts (pirmā diena)","status":"reported"}]},{"name":"target-group","kind":"check","title":{"lv":"Izglītojamais pieder mērķgrupai","en":"The learner belongs to the target group"},"failed":{"lv":"klase vai kurss šajā dienā nepieder mērķgrupai","en":"the grade or course does not belong to the target group on this day"},"passed":true,"value":null,"unit":"boolean","before":null,"reached":true,"facts":[{"name":"on","type":"day","meaning":{"lv":"diena","en":"day"},"value":"2023-03-01","words":null},{"name":"track","type":"code","meaning":{"lv":"izglītības programmas veids","en":"kind of educational programme"},"value":"general","words":{"lv":"vispārējā izglītība","en":"general education"}},{"name":"level","type":"integer","meaning":{"lv":"klase vai kurss","en":"grade or course"},"value":7,"words":null}],"clauses":[{"path":"target-group.iap-support.general.levels","title":{"lv":"individuālais atbalsts: vispārējās izglītības klases","en":"individual support: grades of general education"},"state":"set","written":{"lv":"1–12","en":"1–12"},"first":"2021-09-01","until":null,"source":"ESF projekta Nr. 8.3.4.0/16/I/001 apraksts, IKVD","status":"verified"}]},{"name":"partnership","kind":"check","title":{"lv":"Iestādei vai tās pašvaldībai ir spēkā sadarbības līgums","en":"The institution or its municipality has an agreement in force"},"failed":{"lv":"šajā dienā nav spēkā sadarbības līguma","en":"no agreement is in force on this day"},"passed":true,"value":null,"unit":"boolean","before":null,"reached":true,"facts":[{"name":"on","type":"day","meaning":{"lv":"diena","en":"day"},"value":"2023-03-01","words":null},{"name":"partner","type":"boolean","meaning":{"lv":"iestāde šajā dienā piedalās programmā","en":"the institution takes part on this day"},"value":true,"words":null}],"clauses":[{"path":"partners.agreement-required","title":{"lv":"ar IKVD noslēgts sadarbības līgums","en":"cooperation agreement with IKVD"},"state":"set","written":{"lv":"ir","en":"yes"},"first":"2017-03-01","until":null,"source":"Sadarbības līgums Nr. P6-12/133-2019, 03.12.2019 (pēc ilukste.lv, karsava.lv)","status":"reported"}]},{"name":"support-allowed","kind":"check","title":{"lv":"Kompensācijas šajā dienā ir atļautas","en":"Compensation is allowed on this day"},"failed":{"lv":"kompensācijas šajā dienā ir apturētas","en":"compensation is stopped on this day"},"passed":true,"value":null,"unit":"boolean","before":null,"reached":true,"facts":[{"name":"on","type":"day","meaning":{"lv":"diena","en":"day"},"value":"2023-03-01","words":null}],"clauses":[{"path":"compensation.allowed","title":{"lv":"kompensācijas ir atļautas","en":"compensation is allowed"},"state":"set","written":{"lv":"ir","en":"yes"},"first":"2020-09-01","until":null,"source":"http://pumpurs.izm.gov.lv/lv/pumpurs-turpina-sniegt-atbalstu","status":"chosen"}]},{"name":"kind-in-force","kind":"check","title":{"lv":"Izdevumu veidu šajā dienā var kompensēt","en":"This kind of expense can be compensated on this day"},"failed":{"lv":"izdevumu veidu šajā dienā nevar kompensēt","en":"this kind of expense cannot be compensated on this day"},"passed":true,"value":null,"unit":"boolean","before":null,"reached":true,"facts":[{"name":"on","type":"day","meaning":{"lv":"diena","en":"day"},"value":"2023-03-01","words":null},{"name":"kind","type":"code","meaning":{"lv":"izdevumu veids","en":"kind of expense"},"value":"catering","words":{"lv":"ēdināšana","en":"catering"}}],"clauses":[{"path":"measure-kinds/catering","title":{"lv":"ēdināšana","en":"catering"},"state":"set","written":{"lv":"ir","en":"yes"},"first":"2017-03-01","until":null,"source":"ESF projekta Nr. 8.3.4.0/16/I/001 apraksts, IKVD","status":"verified"}]},{"name":"plan-in-force","kind":"check","title":{"lv":"Plāns, iesniedzot pieteikumu, ir spēkā","en":"The plan is in force when the claim is submitted"},"failed":{"lv":"plāns, iesniedzot pieteikumu, nav spēkā","en":"the plan is not in force when the claim is submitted"},"passed":true,"value":null,"unit":"boolean","before":null,"reached":true,"facts":[{"name":"on","type":"day","meaning":{"lv":"diena","en":"day"},"value":"2023-03-01","words":null},{"name":"plan_status","type":"code","meaning":{"lv":"plāna statuss pieteikuma iesniegšanas dienā","en":"status of the plan on the day the claim was submitted"},"value":"in-progress","words":{"lv":"Īstenošanā","en":"being implemented"}}],"clauses":[{"path":"plans.statuses-in-force","title":{"lv":"statusi, kuros atbalstu var sniegt un kompensēt","en":"statuses in which support can be delivered and claimed"},"state":"set","written":{"lv":"Apstiprināts, Īstenošanā","en":"approved, being implemented"},"first":"2017-03-01","until":null,"source":"http://www.pumpurs.lv/lv/node/175/printable/print","status":"chosen"},{"path":"compensation.plan-in-force-required","title":{"lv":"vajadzīgs spēkā esošs individuālais atbalsta plāns","en":"an individual support plan in force is needed"},"state":"set","written":{"lv":"ir","en":"yes"},"first":"2017-03-01","until":null,"source":"ESF projekta Nr. 8.3.4.0/16/I/001 apraksts, IKVD","status":"chosen"}]},{"name":"within-plan","kind":"check","title":{"lv":"Pieteikuma periods ir plāna periodā","en":"The claim''s period lies within the plan"},"failed":{"lv":"pieteikuma periods ir ārpus plāna","en":"the claim''s period lies outside the plan"},"passed":true,"value":null,"unit":"boolean","before":null,"reached":true,"facts":[{"name":"on","type":"day","meaning":{"lv":"diena","en":"day"},"value":"2023-03-01","words":null},{"name":"plan_first_day","type":"day","meaning":{"lv":"plāna pirmā diena","en":"first day of the plan"},"value":"2023-01-09","words":null},{"name":"plan_last_day","type":"day","meaning":{"lv":"plāna pēdējā diena","en":"last day of the plan"},"value":"2023-05-31","words":null},{"name":"last_day","type":"day","meaning":{"lv":"pieteikuma pēdējā diena","en":"last day of the claim"},"value":"2023-03-31","words":null}],"clauses":[{"path":"compensation.within-plan-period","title":{"lv":"izdevumi radušies plāna periodā","en":"the expense lies within the plan''s period"},"state":"set","written":{"lv":"ir","en":"yes"},"first":"2017-03-01","until":null,"source":"MK noteikumi Nr. 460, 12.07.2016 (teksts nav lasīts)","status":"chosen"}]},{"name":"risk-addressed","kind":"check","title":{"lv":"Pasākums mazina plānā izvērtētu risku","en":"The measure addresses a risk that the plan assesses"},"failed":{"lv":"pasākums nemazina nevienu plānā izvērtētu risku","en":"the measure addresses no risk of the plan"},"passed":true,"value":null,"unit":"boolean","before":null,"reached":true,"facts":[{"name":"on","type":"day","meaning":{"lv":"diena","en":"day"},"value":"2023-03-01","words":null},{"name":"risk_addressed","type":"boolean","meaning":{"lv":"pasākums mazina plānā izvērtētu risku","en":"the measure addresses a risk of the plan"},"value":true,"words":null}],"clauses":[{"path":"compensation.risk-addressed-required","title":{"lv":"pasākums mazina plānā izvērtētu risku","en":"the measure reduces a risk assessed in the plan"},"state":"set","written":{"lv":"ir","en":"yes"},"first":"2017-03-01","until":null,"source":"ESF projekta Nr. 8.3.4.0/16/I/001 apraksts, IKVD","status":"verified"}]},{"name":"receipts","kind":"check","title":{"lv":"Izdevumus apliecina dokumenti pieteikuma periodā","en":"Receipts within the period show the expenses"},"failed":{"lv":"dokumenti nav pilnīgi vai nav pieteikuma periodā","en":"receipts are not complete or not within the period"},"passed":true,"value":null,"unit":"boolean","before":null,"reached":true,"facts":[{"name":"on","type":"day","meaning":{"lv":"diena","en":"day"},"value":"2023-03-01","words":null},{"name":"receipts_complete","type":"boolean","meaning":{"lv":"dokumenti ir pilnīgi un pieteikuma periodā","en":"receipts complete and within the period"},"value":true,"words":null}],"clauses":[{"path":"compensation.receipts-required","title":{"lv":"vajadzīgi izdevumus apliecinoši dokumenti","en":"receipts are needed"},"state":"set","written":{"lv":"ir","en":"yes"},"first":"2017-03-01","until":null,"source":"MK noteikumi Nr. 460, 12.07.2016 (teksts nav lasīts)","status":"chosen"}]},{"name":"cap","kind":"let","title":{"lv":"Izdevumu veida robeža","en":"Cap for this kind of expense"},"failed":null,"passed":null,"value":4500,"unit":"cents","before":null,"reached":true,"facts":[{"name":"on","type":"day","meaning":{"lv":"diena","en":"day"},"value":"2023-03-01","words":null},{"name":"kind","type":"code","meaning":{"lv":"izdevumu veids","en":"kind of expense"},"value":"catering","words":{"lv":"ēdināšana","en":"catering"}},{"name":"units","type":"integer","meaning":{"lv":"vienību skaits","en":"number of units"},"value":18,"words":null}],"clauses":[{"path":"compensation.cap.catering","title":{"lv":"kompensācijas griesti ēdināšanai","en":"cap on compensation of catering"},"state":"set","written":{"lv":"2,50 EUR","en":"EUR 2.50"},"first":"2022-09-01","until":null,"source":"Invented for the example","status":"example"}]},{"name":"ceiling","kind":"let","title":{"lv":"Izglītojamā semestra griesti","en":"Ceiling of the learner''s semester"},"failed":null,"passed":null,"value":15000,"unit":"cents","before":null,"reached":true,"facts":[{"name":"semester_first_day","type":"day","meaning":{"lv":"semestra pirmā diena","en":"first day of the semester"},"value":"2023-01-09","words":null}],"clauses":[{"path":"compensation.ceiling","title":{"lv":"visu kompensāciju griesti","en":"ceiling on all compensation together"},"state":"set","written":{"lv":"150,00 EUR","en":"EUR 150.00"},"first":"2022-09-01","until":null,"source":"Invented for the example","status":"example"}]},{"name":"cut-to-cap","kind":"cut","title":{"lv":"Ne vairāk par izdevumu veida robežu","en":"Not more than the cap"},"failed":null,"passed":null,"value":4500,"unit":"cents","before":7500,"reached":true,"facts":[],"clauses":[]},{"name":"cut-to-ceiling","kind":"cut","title":{"lv":"Ne vairāk par semestra griestu atlikumu","en":"Not more than what is left of the semester''s ceiling"},"failed":null,"passed":null,"value":4500,"unit":"cents","before":4500,"reached":true,"facts":[{"name":"prior","type":"cents","meaning":{"lv":"agrāk izlietots","en":"used before"},"value":0,"words":null}],"clauses":[{"path":"compensation.ceiling-gross-of-co-funding","title":{"lv":"griestos ieskaita summu pirms cita avota daļas atņemšanas","en":"the ceiling counts amounts before co-funding is subtracted"},"state":"set","written":{"lv":"ir","en":"yes"},"first":"2017-03-01","until":null,"source":"MK noteikumi Nr. 460, 12.07.2016 (teksts nav lasīts)","status":"chosen"}]},{"name":"cut-by-co-funding","kind":"cut","title":{"lv":"Atņemta citu jau segtā summa","en":"Less what others already pay"},"failed":null,"passed":null,"value":4500,"unit":"cents","before":4500,"reached":true,"facts":[{"name":"on","type":"day","meaning":{"lv":"diena","en":"day"},"value":"2023-03-01","words":null},{"name":"cofunded_cents","type":"cents","meaning":{"lv":"citu jau segtā summa","en":"amount others already pay"},"value":0,"words":null}],"clauses":[{"path":"compensation.co-funding-subtracted","title":{"lv":"atņemta daļa, ko sedz cits avots","en":"what another source pays is subtracted"},"state":"set","written":{"lv":"ir","en":"yes"},"first":"2017-03-01","until":null,"source":"MK noteikumi Nr. 460, 12.07.2016 (teksts nav lasīts)","status":"chosen"}]}],"digest":"e009da5b1295bf725d7e944f923accc27e9a03954d62fde8bae0a4d023d52f74"}');
CREATE TABLE enrolments (
	id TEXT NOT NULL, 
	learner_id TEXT NOT NULL, 
	institution_id TEXT NOT NULL, 
	track TEXT NOT NULL, 
	level BIGINT NOT NULL, 
	first_day DATE NOT NULL, 
	last_day DATE, 
	class_name TEXT, 
	version BIGINT NOT NULL, 
	CONSTRAINT pk_enrolments PRIMARY KEY (id), 
	CONSTRAINT uq_enrolments_learner_id_institution_id_first_day UNIQUE (learner_id, institution_id, first_day), 
	CONSTRAINT fk_enrolments_learner_id FOREIGN KEY(learner_id) REFERENCES learners (id), 
	CONSTRAINT fk_enrolments_institution_id FOREIGN KEY(institution_id) REFERENCES institutions (id)
);
INSERT INTO "enrolments" VALUES('E-1','L-1','I-1','general',7,'2022-09-01',NULL,NULL,1);
CREATE TABLE evaluation_measures (
	evaluation_id TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	number BIGINT NOT NULL, 
	delivered BOOLEAN NOT NULL, 
	useful BOOLEAN, 
	note TEXT, 
	CONSTRAINT pk_evaluation_measures PRIMARY KEY (evaluation_id, position), 
	CONSTRAINT fk_evaluation_measures_evaluation_id FOREIGN KEY(evaluation_id) REFERENCES evaluations (id), 
	CONSTRAINT ck_evaluation_measures_delivered CHECK (delivered IN (0, 1)), 
	CONSTRAINT ck_evaluation_measures_useful CHECK (useful IN (0, 1))
);
INSERT INTO "evaluation_measures" VALUES('V-1',0,1,1,NULL,NULL);
INSERT INTO "evaluation_measures" VALUES('V-1',1,2,1,1,NULL);
CREATE TABLE evaluation_risks (
	evaluation_id TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	factor TEXT NOT NULL, 
	result TEXT NOT NULL, 
	"before" BIGINT, 
	"after" BIGINT, 
	note TEXT, 
	CONSTRAINT pk_evaluation_risks PRIMARY KEY (evaluation_id, position), 
	CONSTRAINT fk_evaluation_risks_evaluation_id FOREIGN KEY(evaluation_id) REFERENCES evaluations (id)
);
INSERT INTO "evaluation_risks" VALUES('V-1',0,'material-circumstances','lowered',NULL,NULL,NULL);
CREATE TABLE evaluations (
	id TEXT NOT NULL, 
	plan_id TEXT NOT NULL, 
	evaluated_on DATE NOT NULL, 
	evaluated_by TEXT NOT NULL, 
	version BIGINT NOT NULL, 
	CONSTRAINT pk_evaluations PRIMARY KEY (id), 
	CONSTRAINT uq_evaluations_plan_id UNIQUE (plan_id), 
	CONSTRAINT fk_evaluations_plan_id FOREIGN KEY(plan_id) REFERENCES plans (id)
);
INSERT INTO "evaluations" VALUES('V-1','P-1','2023-05-26','Ilze (paraugs)',1);
CREATE TABLE institutions (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	partner_kind TEXT, 
	municipality_id TEXT, 
	registration_number TEXT, 
	version BIGINT NOT NULL, 
	CONSTRAINT pk_institutions PRIMARY KEY (id), 
	CONSTRAINT fk_institutions_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipalities (id)
);
INSERT INTO "institutions" VALUES('I-1','Paraugu skola','municipality','M-1',NULL,1);
CREATE TABLE learners (
	id TEXT NOT NULL, 
	given_name TEXT NOT NULL, 
	family_name TEXT NOT NULL, 
	middle_name TEXT, 
	birth_date DATE, 
	version BIGINT NOT NULL, 
	CONSTRAINT pk_learners PRIMARY KEY (id)
);
INSERT INTO "learners" VALUES('L-1','Paraugs','Ķīšļūž-Ņēģe',NULL,NULL,1);
CREATE TABLE marks (
	id TEXT NOT NULL, 
	learner_id TEXT NOT NULL, 
	institution_id TEXT NOT NULL, 
	semester TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	points BIGINT, 
	word TEXT, 
	source TEXT NOT NULL, 
	CONSTRAINT pk_marks PRIMARY KEY (id), 
	CONSTRAINT fk_marks_learner_id FOREIGN KEY(learner_id) REFERENCES learners (id), 
	CONSTRAINT fk_marks_institution_id FOREIGN KEY(institution_id) REFERENCES institutions (id)
);
CREATE TABLE municipalities (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	territory_code TEXT, 
	version BIGINT NOT NULL, 
	CONSTRAINT pk_municipalities PRIMARY KEY (id)
);
INSERT INTO "municipalities" VALUES('M-1','Paraugu novads',NULL,1);
CREATE TABLE overlays (
	position BIGINT NOT NULL, 
	name TEXT NOT NULL, 
	text TEXT NOT NULL, 
	CONSTRAINT pk_overlays PRIMARY KEY (position)
);
INSERT INTO "overlays" VALUES(0,'rates.example.yaml','# EXAMPLE – invented rates and caps; no real rate is known. PARAUGS – izdomātas likmes.
overlay_for: lv-8.3.4
title: {lv: "Izdomātas likmes (paraugs)", en: "Invented rates (example)"}
values:
  compensation.cap.public-transport-tickets:
    entries:
      - {from: 2022-09-01, value: "60.00", unit: EUR/claim, source: "Invented for the example", status: example}
  # compensation.cap.special-transport is left unset on purpose: the example shows what happens without a rate.
  compensation.cap.catering:
    entries:
      - {from: 2022-09-01, value: "2.50", unit: EUR/school-day, source: "Invented for the example", status: example}
  compensation.cap.accommodation:
    entries:
      - {from: 2022-09-01, value: "90.00", unit: EUR/claim, source: "Invented for the example", status: example}
  compensation.cap.individual-learning-materials:
    entries:
      - {from: 2022-09-01, value: "40.00", unit: EUR/claim, source: "Invented for the example", status: example}
  compensation.cap.individual-use-items:
    entries:
      - {from: 2022-09-01, value: "25.00", unit: EUR/item, source: "Invented for the example", status: example}
  compensation.ceiling:
    entries:
      - {from: 2022-09-01, value: "150.00", unit: EUR/learner-semester, source: "Invented for the example", status: example}
');
CREATE TABLE partnerships (
	id TEXT NOT NULL, 
	first_day DATE NOT NULL, 
	last_day DATE, 
	municipality_id TEXT, 
	institution_id TEXT, 
	agreement TEXT, 
	version BIGINT NOT NULL, 
	CONSTRAINT pk_partnerships PRIMARY KEY (id), 
	CONSTRAINT fk_partnerships_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipalities (id), 
	CONSTRAINT fk_partnerships_institution_id FOREIGN KEY(institution_id) REFERENCES institutions (id)
);
INSERT INTO "partnerships" VALUES('A-1','2018-09-01',NULL,'M-1',NULL,NULL,1);
CREATE TABLE plan_measure_risks (
	plan_id TEXT NOT NULL, 
	measure_position BIGINT NOT NULL, 
	position BIGINT NOT NULL, 
	factor TEXT NOT NULL, 
	CONSTRAINT pk_plan_measure_risks PRIMARY KEY (plan_id, measure_position, position), 
	CONSTRAINT fk_plan_measure_risks_plan_id FOREIGN KEY(plan_id) REFERENCES plans (id)
);
INSERT INTO "plan_measure_risks" VALUES('P-1',0,0,'material-circumstances');
INSERT INTO "plan_measure_risks" VALUES('P-1',1,0,'material-circumstances');
CREATE TABLE plan_measures (
	plan_id TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	number BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	justification TEXT NOT NULL, 
	specialist TEXT, 
	sessions BIGINT, 
	minutes BIGINT, 
	CONSTRAINT pk_plan_measures PRIMARY KEY (plan_id, position), 
	CONSTRAINT uq_plan_measures_plan_id_number UNIQUE (plan_id, number), 
	CONSTRAINT fk_plan_measures_plan_id FOREIGN KEY(plan_id) REFERENCES plans (id)
);
INSERT INTO "plan_measures" VALUES('P-1',0,1,'catering','Paraugs.',NULL,NULL,NULL);
INSERT INTO "plan_measures" VALUES('P-1',1,2,'consultation','Paraugs.','pedagogue',8,40);
CREATE TABLE plan_risks (
	plan_id TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	factor TEXT NOT NULL, 
	suggestion_id TEXT, 
	note TEXT, 
	CONSTRAINT pk_plan_risks PRIMARY KEY (plan_id, position), 
	CONSTRAINT fk_plan_risks_plan_id FOREIGN KEY(plan_id) REFERENCES plans (id), 
	CONSTRAINT fk_plan_risks_suggestion_id FOREIGN KEY(suggestion_id) REFERENCES risk_suggestions (id)
);
INSERT INTO "plan_risks" VALUES('P-1',0,'material-circumstances','R-1',NULL);
CREATE TABLE plan_steps (
	plan_id TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	step TEXT NOT NULL, 
	source TEXT NOT NULL, 
	target TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	role TEXT NOT NULL, 
	"on" DATE NOT NULL, 
	reason TEXT, 
	CONSTRAINT pk_plan_steps PRIMARY KEY (plan_id, position), 
	CONSTRAINT fk_plan_steps_plan_id FOREIGN KEY(plan_id) REFERENCES plans (id)
);
INSERT INTO "plan_steps" VALUES('P-1',0,'submit','draft','in-approval','Ilze (paraugs)','plan-author','2023-01-09',NULL);
INSERT INTO "plan_steps" VALUES('P-1',1,'approve','in-approval','in-approval','director (paraugs)','director','2023-01-10',NULL);
INSERT INTO "plan_steps" VALUES('P-1',2,'approve','in-approval','in-approval','municipal-coordinator (paraugs)','municipal-coordinator','2023-01-11',NULL);
INSERT INTO "plan_steps" VALUES('P-1',3,'approve','in-approval','approved','ikvd (paraugs)','ikvd','2023-01-12',NULL);
INSERT INTO "plan_steps" VALUES('P-1',4,'start','approved','in-progress','Ilze (paraugs)','plan-author','2023-01-16',NULL);
CREATE TABLE plans (
	id TEXT NOT NULL, 
	learner_id TEXT NOT NULL, 
	institution_id TEXT NOT NULL, 
	partner_kind TEXT NOT NULL, 
	semester TEXT NOT NULL, 
	first_day DATE NOT NULL, 
	last_day DATE NOT NULL, 
	entered_on DATE NOT NULL, 
	prepared_by TEXT NOT NULL, 
	status TEXT NOT NULL, 
	released BOOLEAN NOT NULL, 
	applied_on DATE, 
	aims TEXT, 
	holds_place BOOLEAN, 
	version BIGINT NOT NULL, 
	CONSTRAINT pk_plans PRIMARY KEY (id), 
	CONSTRAINT uq_plans_learner_id_semester_holds_place UNIQUE (learner_id, semester, holds_place), 
	CONSTRAINT fk_plans_learner_id FOREIGN KEY(learner_id) REFERENCES learners (id), 
	CONSTRAINT fk_plans_institution_id FOREIGN KEY(institution_id) REFERENCES institutions (id), 
	CONSTRAINT ck_plans_released CHECK (released IN (0, 1)), 
	CONSTRAINT ck_plans_holds_place CHECK (holds_place IN (0, 1))
);
INSERT INTO "plans" VALUES('P-1','L-1','I-1','municipality','2022/23-2','2023-01-09','2023-05-31','2023-01-09','Ilze (paraugs)','in-progress',0,'2023-01-06','Apmeklēt stundas (paraugs).',1,6);
CREATE TABLE register_info (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_register_info PRIMARY KEY (name)
);
INSERT INTO "register_info" VALUES('schema_version','1');
INSERT INTO "register_info" VALUES('programme_id','lv-8.3.4');
INSERT INTO "register_info" VALUES('programme_hash','f6fb6a5ed7e9b64ca5088ec85de0caf585450bc80ca07b82362cedaf6d02bb69');
CREATE TABLE risk_suggestions (
	id TEXT NOT NULL, 
	learner_id TEXT NOT NULL, 
	institution_id TEXT NOT NULL, 
	semester TEXT NOT NULL, 
	factor TEXT NOT NULL, 
	suggested_on DATE NOT NULL, 
	signal TEXT, 
	measured BIGINT, 
	threshold BIGINT, 
	evidence_first_day DATE, 
	evidence_last_day DATE, 
	evidence_records BIGINT NOT NULL, 
	programme_hash TEXT, 
	state TEXT NOT NULL, 
	decided_by TEXT, 
	decided_role TEXT, 
	decided_on DATE, 
	reason TEXT, 
	version BIGINT NOT NULL, 
	CONSTRAINT pk_risk_suggestions PRIMARY KEY (id), 
	CONSTRAINT uq_risk_suggestions_learner_id_semester_factor_signal UNIQUE (learner_id, semester, factor, signal), 
	CONSTRAINT fk_risk_suggestions_learner_id FOREIGN KEY(learner_id) REFERENCES learners (id), 
	CONSTRAINT fk_risk_suggestions_institution_id FOREIGN KEY(institution_id) REFERENCES institutions (id)
);
INSERT INTO "risk_suggestions" VALUES('R-1','L-1','I-1','2022/23-1','material-circumstances','2023-01-05',NULL,NULL,NULL,NULL,NULL,0,NULL,'confirmed','Ilze (paraugs)','plan-author','2023-01-05','Saruna (paraugs).',1);
CREATE TABLE sessions (
	id TEXT NOT NULL, 
	plan_id TEXT NOT NULL, 
	measure BIGINT NOT NULL, 
	day DATE NOT NULL, 
	minutes BIGINT NOT NULL, 
	specialist TEXT NOT NULL, 
	mode TEXT NOT NULL, 
	attendance TEXT NOT NULL, 
	delivered_by TEXT NOT NULL, 
	directors_order TEXT, 
	attested_on DATE, 
	note TEXT, 
	version BIGINT NOT NULL, 
	CONSTRAINT pk_sessions PRIMARY KEY (id), 
	CONSTRAINT fk_sessions_plan_id FOREIGN KEY(plan_id) REFERENCES plans (id)
);
INSERT INTO "sessions" VALUES('S-1','P-1',2,'2023-02-01',40,'pedagogue','in-person','individual','Jānis (paraugs)',NULL,NULL,NULL,1);
CREATE TABLE source_keys (
	source TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	identity TEXT NOT NULL, 
	entity_id TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	read_on DATE NOT NULL, 
	withdrawn_on DATE, 
	CONSTRAINT pk_source_keys PRIMARY KEY (source, kind, identity)
);
CREATE TABLE source_problems (
	source TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	kind TEXT, 
	code TEXT NOT NULL, 
	message TEXT NOT NULL, 
	file TEXT, 
	"row" BIGINT, 
	column_heading TEXT, 
	found TEXT, 
	remedy TEXT NOT NULL, 
	CONSTRAINT pk_source_problems PRIMARY KEY (source, number)
);
CREATE INDEX ix_source_keys_kind_entity_id ON source_keys (kind, entity_id);
CREATE INDEX ix_institutions_municipality_id ON institutions (municipality_id);
CREATE INDEX ix_partnerships_institution_id ON partnerships (institution_id);
CREATE INDEX ix_partnerships_municipality_id ON partnerships (municipality_id);
CREATE INDEX ix_enrolments_institution_id ON enrolments (institution_id);
CREATE INDEX ix_absences_learner_id_day ON absences (learner_id, day);
CREATE INDEX ix_absences_source_institution_id_day ON absences (source, institution_id, day);
CREATE INDEX ix_absences_institution_id ON absences (institution_id);
CREATE INDEX ix_marks_institution_id ON marks (institution_id);
CREATE INDEX ix_marks_source_institution_id_semester ON marks (source, institution_id, semester);
CREATE INDEX ix_marks_learner_id_semester ON marks (learner_id, semester);
CREATE INDEX ix_risk_suggestions_institution_id ON risk_suggestions (institution_id);
CREATE INDEX ix_plans_institution_id ON plans (institution_id);
CREATE INDEX ix_plan_risks_suggestion_id ON plan_risks (suggestion_id);
CREATE INDEX ix_sessions_plan_id ON sessions (plan_id);
CREATE INDEX ix_claims_plan_id ON claims (plan_id);
COMMIT;
