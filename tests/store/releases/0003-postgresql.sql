CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.counters (
    name text NOT NULL,
    value bigint NOT NULL
);
CREATE TABLE public.entries (
    id bigint NOT NULL,
    record_id bytea NOT NULL,
    type text NOT NULL,
    owner text NOT NULL,
    ref text NOT NULL,
    exercise boolean NOT NULL,
    version integer NOT NULL,
    label_id integer NOT NULL,
    said_us bigint NOT NULL,
    by text NOT NULL,
    body text NOT NULL
);
CREATE SEQUENCE public.entries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.entries_id_seq OWNED BY public.entries.id;
CREATE TABLE public.files (
    id integer NOT NULL,
    digest text NOT NULL,
    reader text NOT NULL,
    label_id integer NOT NULL,
    exercise boolean NOT NULL,
    name text NOT NULL,
    source text NOT NULL,
    received_us bigint NOT NULL,
    bytes bigint NOT NULL,
    reports integer NOT NULL,
    unchanged integer NOT NULL,
    rejects integer NOT NULL
);
CREATE SEQUENCE public.files_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.files_id_seq OWNED BY public.files.id;
CREATE TABLE public.label_names (
    label_id integer NOT NULL,
    part integer NOT NULL,
    list text NOT NULL,
    name text NOT NULL
);
CREATE TABLE public.label_parts (
    label_id integer NOT NULL,
    part integer NOT NULL,
    owner text NOT NULL,
    policy text NOT NULL,
    level text NOT NULL,
    tlp text NOT NULL,
    has_list boolean NOT NULL,
    embargo_us bigint
);
CREATE TABLE public.labels (
    id integer NOT NULL,
    text text NOT NULL
);
CREATE SEQUENCE public.labels_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.labels_id_seq OWNED BY public.labels.id;
CREATE TABLE public.notes (
    book text NOT NULL,
    name text NOT NULL,
    text text NOT NULL
);
CREATE TABLE public.payload_blocks (
    id integer NOT NULL,
    data bytea NOT NULL
);
CREATE SEQUENCE public.payload_blocks_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.payload_blocks_id_seq OWNED BY public.payload_blocks.id;
CREATE TABLE public.quarantine (
    item text NOT NULL,
    file_id integer NOT NULL,
    kind text NOT NULL,
    expires_us bigint NOT NULL,
    sealed bytea
);
CREATE TABLE public.rejects (
    id integer NOT NULL,
    file_id integer NOT NULL,
    place text NOT NULL,
    what text NOT NULL,
    field text NOT NULL,
    expected text NOT NULL,
    item text
);
CREATE SEQUENCE public.rejects_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.rejects_id_seq OWNED BY public.rejects.id;
CREATE TABLE public.reports (
    "row" bigint NOT NULL,
    record_id bytea NOT NULL,
    key bytea NOT NULL,
    version integer NOT NULL,
    owner text NOT NULL,
    label_id integer NOT NULL,
    file_id integer NOT NULL,
    facts bytea NOT NULL,
    witness_high bigint NOT NULL,
    witness_low bigint NOT NULL,
    testimony bigint NOT NULL,
    tile integer NOT NULL,
    agency text NOT NULL,
    agency_ref text,
    revision bigint NOT NULL,
    field text NOT NULL,
    kind text NOT NULL,
    begin_us bigint NOT NULL,
    end_us bigint NOT NULL,
    lasted boolean NOT NULL,
    sigma_s double precision,
    issued_us bigint,
    lon double precision,
    lat double precision,
    radius_km double precision,
    major_km double precision,
    minor_km double precision,
    azimuth double precision,
    depth_km double precision,
    place text,
    country text,
    magnitude double precision,
    scale text,
    measures text,
    actors text,
    summary text,
    language text,
    grade text,
    exercise boolean NOT NULL,
    details text,
    payload_digest bytea,
    payload_block integer,
    payload_start integer,
    payload_length integer
);
CREATE SEQUENCE public.reports_row_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.reports_row_seq OWNED BY public.reports."row";
CREATE TABLE public.source_states (
    name text NOT NULL,
    settings text NOT NULL,
    state text NOT NULL
);
CREATE TABLE public.tombstones (
    record_id bytea NOT NULL,
    key bytea NOT NULL,
    version integer NOT NULL,
    owner text NOT NULL,
    erased_us bigint NOT NULL,
    reason text NOT NULL,
    signature bytea NOT NULL
);
ALTER TABLE ONLY public.entries ALTER COLUMN id SET DEFAULT nextval('public.entries_id_seq'::regclass);
ALTER TABLE ONLY public.files ALTER COLUMN id SET DEFAULT nextval('public.files_id_seq'::regclass);
ALTER TABLE ONLY public.labels ALTER COLUMN id SET DEFAULT nextval('public.labels_id_seq'::regclass);
ALTER TABLE ONLY public.payload_blocks ALTER COLUMN id SET DEFAULT nextval('public.payload_blocks_id_seq'::regclass);
ALTER TABLE ONLY public.rejects ALTER COLUMN id SET DEFAULT nextval('public.rejects_id_seq'::regclass);
ALTER TABLE ONLY public.reports ALTER COLUMN "row" SET DEFAULT nextval('public.reports_row_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0003');
INSERT INTO public.counters VALUES ('changes', 17);
INSERT INTO public.entries VALUES (1, '\xa51a77cfcd7c6da676a86968e1c6750403ecbb8b24e306dfc359fb3aee714898', 'draft', 'ME-NODE', 'd-1', false, 1, 2, 1790000000000000, 'desk', '{"share":0.25,"words":"žuto"}');
INSERT INTO public.entries VALUES (2, '\xbf68dc7b1de2fc172e2731914f3eeb97ec91962f2d2b0956f5d21cf9b0bcb246', 'draft', 'ME-NODE', 'd-1', false, 2, 2, 1790000000000001, 'desk', '{"share":0.5,"words":"crveno"}');
INSERT INTO public.entries VALUES (3, '\xf9c9010c0661d07a8e04a6bc7d3a96e83e9520f566b6ba70ac40efd6d9bb9e71', 'approval', 'ME-NODE', 'd-1|head', false, 1, 3, 1790000000000002, 'desk', '{"approved":true,"draft":"d-1"}');
INSERT INTO public.entries VALUES (4, '\xbaa106b3e9303530bfe746d1dc80d311cc68a4d70eda1a25c3ef7beb42ec959c', 'decision', 'ME-NODE', 'dc-1', false, 1, 1, 1790000000000003, 'desk', '{"events":[],"groups":[[{"agency":"MSO","ref":"a"}],[{"agency":"RSO","ref":"c"}]],"reason":"close","verdict":"same"}');
INSERT INTO public.entries VALUES (5, '\xef7883f34b9f2d21b202111085b3de5d7c42b0b6eb8f555fe67e2cea3dc01d56', 'decision', 'ME-NODE', 'dc-1', false, 2, 1, 1790000000000004, 'desk', '{"events":[],"groups":[[{"agency":"MSO","ref":"a"}],[{"agency":"RSO","ref":"c"}]],"reason":"two shocks","verdict":"apart"}');
INSERT INTO public.entries VALUES (6, '\x13fd5c434001eb337c2308cb311088837a093ebba9f51cde85b246a58b6958b5', 'decision', 'ME-NODE', 'dc-2', false, 1, 2, 1790000000000005, 'desk', '{"events":[],"groups":[[{"agency":"MSO","ref":"b"}],[{"agency":"MSO","ref":"e"}]],"reason":"","verdict":"same"}');
INSERT INTO public.entries VALUES (7, '\xe6f944313873ddb55e5a2c0eda40d4c7e4be49d27e9c174f6cfed809ef648604', 'contact', 'ME-NODE', 'p-1', true, 1, 4, 1790000000000006, 'desk', '{"post":"duty desk"}');
INSERT INTO public.files VALUES (1, '0000000000000000000000000000000000000000000000000000000000000001', 'test', 1, false, 'file1', 'a source', 1790000000000001, 9, 2, 0, 0);
INSERT INTO public.files VALUES (2, '0000000000000000000000000000000000000000000000000000000000000002', 'test', 1, false, 'file2', 'a source', 1790000000000002, 9, 1, 0, 1);
INSERT INTO public.files VALUES (3, '0000000000000000000000000000000000000000000000000000000000000003', 'test', 2, false, 'file3', 'a source', 1790000000000003, 9, 2, 0, 0);
INSERT INTO public.files VALUES (4, '0000000000000000000000000000000000000000000000000000000000000004', 'test', 1, false, 'file4', 'a source', 1790000000000004, 9, 1, 0, 0);
INSERT INTO public.files VALUES (5, '0000000000000000000000000000000000000000000000000000000000000005', 'test', 3, false, 'file5', 'a source', 1790000000000005, 9, 1, 0, 0);
INSERT INTO public.files VALUES (6, '0000000000000000000000000000000000000000000000000000000000000006', 'test', 4, false, 'file6', 'a source', 1790000000000006, 9, 1, 0, 0);
INSERT INTO public.files VALUES (7, '0000000000000000000000000000000000000000000000000000000000000007', 'test', 1, false, 'file7', 'a source', 1790000000000007, 9, 1, 0, 0);
INSERT INTO public.label_names VALUES (2, 0, 'rel_to', 'CERTS');
INSERT INTO public.label_names VALUES (3, 0, 'not_to', 'HR-NODE');
INSERT INTO public.label_names VALUES (3, 1, 'rel_to', 'CERTS');
INSERT INTO public.label_names VALUES (3, 1, 'rel_to', 'RS-NODE');
INSERT INTO public.label_parts VALUES (1, 0, 'ME-NODE', 'VIGIE', 'OPEN', 'CLEAR', false, NULL);
INSERT INTO public.label_parts VALUES (2, 0, 'ME-NODE', 'VIGIE', 'OPEN', 'AMBER', true, NULL);
INSERT INTO public.label_parts VALUES (3, 0, 'RS-NODE', 'VIGIE', 'OPEN', 'GREEN', false, NULL);
INSERT INTO public.label_parts VALUES (3, 1, 'ME-NODE', 'VIGIE', 'OPEN', 'AMBER', true, NULL);
INSERT INTO public.label_parts VALUES (4, 0, 'ME-NODE', 'VIGIE', 'RESTRICTED', 'GREEN', false, 1789999999999995);
INSERT INTO public.labels VALUES (1, '{"level":"OPEN","owner":"ME-NODE","policy":"VIGIE","tlp":"CLEAR"}');
INSERT INTO public.labels VALUES (2, '{"level":"OPEN","owner":"ME-NODE","policy":"VIGIE","rel_to":["CERTS"],"tlp":"AMBER"}');
INSERT INTO public.labels VALUES (3, '{"parts":[{"level":"OPEN","not_to":["HR-NODE"],"orcon":true,"owner":"RS-NODE","policy":"VIGIE","tlp":"GREEN"},{"level":"OPEN","owner":"ME-NODE","policy":"VIGIE","rel_to":["CERTS","RS-NODE"],"tlp":"AMBER"}]}');
INSERT INTO public.labels VALUES (4, '{"embargo":"2026-09-21T14:13:19.999995Z","level":"RESTRICTED","owner":"ME-NODE","policy":"VIGIE","tlp":"GREEN"}');
INSERT INTO public.payload_blocks VALUES (1, '\x78014b2c56c82c51484ecc4d050013040388');
INSERT INTO public.payload_blocks VALUES (3, '\x7801cb4e2d285148cec92f4e0500156803eb');
INSERT INTO public.payload_blocks VALUES (2, '\x785ecb4e2d285148cec92f4e55800200394004eb');
INSERT INTO public.quarantine VALUES ('35d9958a2c38c93a76b4716586d829b8', 2, 'reject', 1790000000000099, '\xec7826e7e11341a8275e74fcd710839a1c310c87d7dbebd9048eeaa5c29a9db686face438e80f4c111');
INSERT INTO public.rejects VALUES (1, 2, 'line 3', 'The time cannot be read', 'begin', '', '35d9958a2c38c93a76b4716586d829b8');
INSERT INTO public.reports VALUES (1, '\xcdae4a4b1a8d505385eda48beb2684d826a18e240a91a9a6a8188250725ed518', '\x0ee0c9c08b7c25460e769e41bffbfab0', 1, 'ME-NODE', 1, 1, '\xeed2dbb932ac2f555cfe3a23d9be9adf3e382568dd169eb486f9b217c50cd0fd', -8340937225643330986, 2286373626975208784, -8238274304794356722, 47719, 'MSO', 'a', 0, 'seismic', 'seismic.earthquake', 1790000000000000, 1790000000000000, false, NULL, NULL, 19.1, 42, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 4.5, 'Mw', NULL, NULL, NULL, NULL, NULL, false, NULL, '\xf07c4429cfa777dc0dfa21e8be6dd2ecaab3db015a4da4870684c10214c13222', 1, 0, 10);
INSERT INTO public.reports VALUES (2, '\x7a8a20be86bc4038c27a5b940bac012c87710f6d1d496a7ceb520dfa97b6ad35', '\x6833396cfd91b585ba3d73bda97353b0', 1, 'ME-NODE', 1, 1, '\x5a19591b8cb4fd4ac62d08404d2c4db020640604bf8b7a3be7b5ae9c538dd909', 8803998750924520169, 5114642285090049954, -1581633239951546284, 47720, 'MSO', 'b', 0, 'seismic', 'seismic.earthquake', 1790000000000000, 1790000000000000, false, NULL, NULL, 20.25, 42, NULL, NULL, NULL, NULL, NULL, 'Žabljak', NULL, 4.5, 'Mw', NULL, '["one","two"]', NULL, NULL, NULL, false, NULL, NULL, NULL, NULL, 0);
INSERT INTO public.reports VALUES (3, '\x7f221b4bf63d4d79284c208c15dc249fdd8c030d01957f88c887b0315679b676', '\x0ee0c9c08b7c25460e769e41bffbfab0', 2, 'ME-NODE', 1, 2, '\xfb706392ce22d04458fed891f90af56e44a1b52556956d7446fe0f17a0e14258', -7308958240862459370, 5842971521735838482, -8238274304794356722, 47719, 'MSO', 'a', 1, 'seismic', 'seismic.earthquake', 1790000000000000, 1790000000000000, false, NULL, NULL, 19.1, 42, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 4.75, 'Mw', NULL, NULL, NULL, NULL, NULL, false, NULL, NULL, NULL, NULL, 0);
INSERT INTO public.reports VALUES (4, '\x85008f8f73bb857a3815a4f6e65a093fed22a67250a1a96d4d5182fbc23273da', '\xe98a1f6b7d612314799ac6fadc954acb', 1, 'ME-NODE', 2, 3, '\xe1df5ab059c4efb2d9ab3b85ef79a5bd88b610d2a8362a2af1480be0ef6dfc40', 1240067436626079076, 6783752659325648857, 1802572017034545256, 47719, 'RSO', 'c', 0, 'seismic', 'seismic.earthquake', 1790000000000000, 1790000000000000, false, NULL, NULL, 19.1, 42, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 4.5, 'Mw', NULL, NULL, NULL, NULL, NULL, false, NULL, '\xf90f42e3efb769ae9dd504969a24993259f0cbb1e8148bdbcec1e8c7faf2a3b8', 2, 0, 10);
INSERT INTO public.reports VALUES (6, '\xfa40836d5e26b954d26b1c3c2169c9fdfacae810a80154b24b00b7333e15d474', '\xe98a1f6b7d612314799ac6fadc954acb', 2, 'ME-NODE', 1, 4, '\xe1df5ab059c4efb2d9ab3b85ef79a5bd88b610d2a8362a2af1480be0ef6dfc40', 1240067436626079076, 6783752659325648857, 1802572017034545256, 47719, 'RSO', 'c', 0, 'seismic', 'seismic.earthquake', 1790000000000000, 1790000000000000, false, NULL, NULL, 19.1, 42, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 4.5, 'Mw', NULL, NULL, NULL, NULL, NULL, false, NULL, '\xf90f42e3efb769ae9dd504969a24993259f0cbb1e8148bdbcec1e8c7faf2a3b8', 3, 0, 10);
INSERT INTO public.reports VALUES (7, '\x1f088f05be0372a10783e32076d4d14ed4e7595e7c91bb01fa9a94b8cc02660d', '\xcebdbe93e6057c351d79e9279059bc03', 1, 'ME-NODE+RS-NODE', 3, 5, '\x286ff2952c366b7527ec329afa50a8f991077b7f4c29ed86f5fca34fcc030665', -387712292163408521, -7123654507637860735, 6137846505589081000, -1, 'RSO', NULL, 0, 'seismic', 'seismic.earthquake', 1790000000000000, 1790000000000000, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, '{"n":1.5}', NULL, NULL, NULL, 0);
INSERT INTO public.reports VALUES (8, '\xcdb7e1207e75bc1e2f17c7734e4899516281a8bad3be9dc972a62410aa939c4d', '\x357247cc4b5418c45465132f3b6b9a08', 1, 'ME-NODE', 4, 6, '\x0cc32c4dcaf9c72993aaee5c42e68bf92cb2b58a4b060467c6e0bf20c6965bfd', 160451153698436446, -4775584012909790368, 2474436500452362389, 47719, 'MSO', 'e', 0, 'seismic', 'seismic.earthquake', -1000000000000000, -999999999999995, false, 3.5, NULL, 19.1, 42, NULL, NULL, NULL, NULL, 0, NULL, NULL, 4.5, 'Mw', NULL, NULL, NULL, NULL, NULL, false, NULL, NULL, NULL, NULL, 0);
INSERT INTO public.reports VALUES (9, '\x4e7b5370dfe3f55c7de796b310b788ca4e39218eac4f6db819a47dd427191aa0', '\xc5786b873fa7eee79045dca0d024a8cc', 1, 'ME-NODE', 1, 7, '\x50e2ff763e3570db66b90815f343c5264ed31938564dc024293e67dc2cde2434', -8404834485315277174, -6397098816310025721, 3930912671095766029, 47719, 'MSO', 'x', 0, 'seismic', 'seismic.earthquake', 1790000000000000, 1790000000000000, false, NULL, NULL, 19.1, 42, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 4.5, 'Mw', NULL, NULL, NULL, NULL, NULL, true, NULL, NULL, NULL, NULL, 0);
INSERT INTO public.tombstones VALUES ('\x0d8848b5cb1f111b39086eab862ef727214864630bdff371120b1466957a3f57', '\xbbca3078576e630f8919a25c457aa359', 1, 'ME-NODE', 1790000000000050, 'a test', '\x4d794800a27a6281c693340b4d7aded6bcb0d1d9ce6bd16f5a5f323cde6e7a5b3daca7ec83a09b095441382e418db09a5995d3badae8300e187ba65e3ab00d0d');
INSERT INTO public.tombstones VALUES ('\x56afed5639917e52868075f99faecec397a32451b2ae792a063fb2d43c47961e', '\xece90c3420ce828a165ad14d5e1a0101', 1, 'ME-NODE', 1790000000000060, 'a test', '\x12d0817f560e8c14551692a9aa432beca07a38780218dbc24c7dceb843edd470d28ebb9c6f9d2c9889058467cd5613e0254a9ae259fe4c188ba880071c45ca03');
SELECT pg_catalog.setval('public.entries_id_seq', 8, true);
SELECT pg_catalog.setval('public.files_id_seq', 7, true);
SELECT pg_catalog.setval('public.labels_id_seq', 4, true);
SELECT pg_catalog.setval('public.payload_blocks_id_seq', 3, true);
SELECT pg_catalog.setval('public.rejects_id_seq', 1, true);
SELECT pg_catalog.setval('public.reports_row_seq', 9, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.counters
    ADD CONSTRAINT counters_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_owner_type_ref_exercise_version_key UNIQUE (owner, type, ref, exercise, version);
ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_record_id_key UNIQUE (record_id);
ALTER TABLE ONLY public.files
    ADD CONSTRAINT files_digest_reader_label_id_exercise_key UNIQUE (digest, reader, label_id, exercise);
ALTER TABLE ONLY public.files
    ADD CONSTRAINT files_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.label_names
    ADD CONSTRAINT label_names_pkey PRIMARY KEY (label_id, part, list, name);
ALTER TABLE ONLY public.label_parts
    ADD CONSTRAINT label_parts_pkey PRIMARY KEY (label_id, part);
ALTER TABLE ONLY public.labels
    ADD CONSTRAINT labels_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.labels
    ADD CONSTRAINT labels_text_key UNIQUE (text);
ALTER TABLE ONLY public.notes
    ADD CONSTRAINT notes_pkey PRIMARY KEY (book, name);
ALTER TABLE ONLY public.payload_blocks
    ADD CONSTRAINT payload_blocks_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.quarantine
    ADD CONSTRAINT quarantine_pkey PRIMARY KEY (item);
ALTER TABLE ONLY public.rejects
    ADD CONSTRAINT rejects_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_key_version_key UNIQUE (key, version);
ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_pkey PRIMARY KEY ("row");
ALTER TABLE ONLY public.source_states
    ADD CONSTRAINT source_states_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.tombstones
    ADD CONSTRAINT tombstones_pkey PRIMARY KEY (record_id);
CREATE INDEX entries_by_type ON public.entries USING btree (type, said_us);
CREATE INDEX ix_quarantine_file_id ON public.quarantine USING btree (file_id);
CREATE INDEX ix_rejects_file_id ON public.rejects USING btree (file_id);
CREATE INDEX reports_by_field ON public.reports USING btree (field, begin_us);
CREATE INDEX reports_by_place ON public.reports USING btree (tile);
CREATE INDEX reports_by_reference ON public.reports USING btree (agency_ref);
CREATE INDEX reports_by_time ON public.reports USING btree (begin_us);
CREATE INDEX reports_renewed ON public.reports USING btree (key, version) WHERE (version > 1);
ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_label_id_fkey FOREIGN KEY (label_id) REFERENCES public.labels(id);
ALTER TABLE ONLY public.files
    ADD CONSTRAINT files_label_id_fkey FOREIGN KEY (label_id) REFERENCES public.labels(id);
ALTER TABLE ONLY public.label_names
    ADD CONSTRAINT label_names_label_id_fkey FOREIGN KEY (label_id) REFERENCES public.labels(id);
ALTER TABLE ONLY public.label_parts
    ADD CONSTRAINT label_parts_label_id_fkey FOREIGN KEY (label_id) REFERENCES public.labels(id);
ALTER TABLE ONLY public.quarantine
    ADD CONSTRAINT quarantine_file_id_fkey FOREIGN KEY (file_id) REFERENCES public.files(id);
ALTER TABLE ONLY public.rejects
    ADD CONSTRAINT rejects_file_id_fkey FOREIGN KEY (file_id) REFERENCES public.files(id);
