"""Ways out of a question, one a line, by what they try.

`{file}` is a real file on this machine, `{canary}` a Parquet file that is not on offer; the table `t` (a, b) is.
"""

FILES = """
SELECT * FROM '{file}'
SELECT * FROM "{file}"
SELECT * FROM '{canary}'
SELECT * FROM "{canary}"
FROM '{canary}'
FROM "{canary}"
TABLE "{canary}"
SELECT * FROM 'file://{canary}'
SELECT * FROM '/vsicurl/http://127.0.0.1/x.parquet'
SELECT * FROM 'http://127.0.0.1:1/x.parquet'
SELECT * FROM 's3://bucket/x.parquet'
SELECT * FROM '/dev/stdin'
SELECT * FROM '/proc/self/environ'
SELECT * FROM '../t.parquet'
SELECT * FROM './*.parquet'
SELECT * FROM 't.parquet'
SELECT * FROM 'x.csv'
SELECT * FROM "x.csv"
SELECT * FROM 'x.json'
SELECT * FROM 'x.db'
SELECT * FROM "t.parquet" AS t
SELECT * FROM t JOIN '{canary}' c ON true
SELECT * FROM t, '{canary}'
SELECT * FROM t WHERE a IN (SELECT secret FROM '{canary}')
SELECT (SELECT max(secret) FROM '{canary}')
SELECT EXISTS (FROM '{canary}')
SELECT * FROM (SELECT * FROM '{canary}')
SELECT * FROM t, LATERAL (SELECT * FROM '{canary}')
WITH x AS (SELECT * FROM '{canary}') SELECT * FROM x
WITH x AS (WITH y AS (FROM '{canary}') FROM y) FROM x
WITH RECURSIVE x AS (SELECT 1 AS i UNION ALL SELECT secret FROM '{canary}') FROM x
SELECT * FROM t UNION ALL SELECT secret, 'x' FROM '{canary}'
SELECT a FROM t EXCEPT SELECT secret FROM '{canary}'
SELECT a FROM t ORDER BY (SELECT secret FROM '{canary}')
SELECT a FROM t LIMIT (SELECT count(*) FROM '{canary}')
SELECT a FROM t GROUP BY a HAVING max(a) > (SELECT max(secret) FROM '{canary}')
SELECT a FROM t QUALIFY row_number() OVER (ORDER BY (SELECT secret FROM '{canary}')) = 1
SELECT CASE WHEN true THEN (SELECT max(secret) FROM '{canary}') END
SELECT [(SELECT max(secret) FROM '{canary}')]
SELECT list_transform([1], lambda x: (SELECT max(secret) FROM '{canary}'))
SELECT * FROM t PIVOT (sum(a) FOR b IN ('x')) JOIN '{canary}' ON true
PIVOT '{canary}' ON secret IN (1) USING count(*)
UNPIVOT '{canary}' ON secret INTO NAME n VALUE v
VALUES ((SELECT max(secret) FROM '{canary}'))
SELECT * FROM (VALUES ((SELECT max(secret) FROM '{canary}')))
SELECT * FROM t ASOF JOIN '{canary}' c ON t.a >= c.secret
SELECT * FROM t POSITIONAL JOIN '{canary}'
SELECT * FROM t ANTI JOIN '{canary}' c ON t.a = c.secret
SELECT sum(a) FILTER (WHERE a IN (FROM '{canary}')) FROM t
SELECT COLUMNS(c -> c IN (FROM '{canary}')) FROM t
SELECT * REPLACE ((SELECT max(secret) FROM '{canary}') AS a) FROM t
SELECT * FROM t USING SAMPLE 1 ROWS UNION ALL SELECT secret, '' FROM '{canary}'
SELECT * FROM U&"t\\0078"
"""

CATALOGUE = """
SELECT * FROM sqlite_master
SELECT * FROM sqlite_schema
SELECT * FROM sqlite_temp_master
SELECT * FROM duckdb_tables
SELECT * FROM duckdb_views
SELECT * FROM duckdb_settings
SELECT * FROM duckdb_columns
SELECT * FROM duckdb_databases
SELECT * FROM pragma_database_list
SELECT * FROM pg_class
SELECT * FROM pg_views
SELECT * FROM u
SELECT * FROM "T2"
SELECT * FROM draft
SELECT * FROM (WITH sqlite_master AS (SELECT 1) SELECT * FROM sqlite_master), sqlite_master
WITH a AS (SELECT * FROM pg_tables) SELECT * FROM a
WITH t2 AS (SELECT * FROM sqlite_master) SELECT * FROM t2
WITH duckdb_views AS (SELECT sql FROM duckdb_views) SELECT * FROM duckdb_views
WITH Sqlite_Master AS (SELECT sql FROM SQLITE_MASTER) SELECT * FROM sqlite_master
WITH a AS (SELECT * FROM duckdb_views), duckdb_views AS (SELECT 1) SELECT * FROM a
WITH RECURSIVE pg_class AS (SELECT relname FROM pg_class UNION SELECT 'x' FROM pg_class WHERE false) FROM pg_class
WITH a AS (WITH b AS (SELECT 1) SELECT * FROM duckdb_columns), duckdb_columns AS (SELECT 1) SELECT * FROM a
SELECT * FROM ﬁle
SELECT * FROM "t "
SELECT * FROM ""
SELECT * FROM df
SELECT * FROM connection
SELECT * FROM request
"""

QUALIFIED = """
SELECT * FROM information_schema.tables
SELECT * FROM information_schema.columns
SELECT * FROM pg_catalog.pg_class
SELECT * FROM main.t
SELECT * FROM memory.main.t
SELECT * FROM temp.t
SELECT * FROM system.main.duckdb_tables
SELECT * FROM "information_schema"."schemata"
SELECT * FROM system.information_schema.tables
WITH tables AS (SELECT 1) SELECT * FROM information_schema.tables
SELECT system.main.getvariable('x')
SELECT pg_catalog.version()
SELECT * FROM system.main.range(3)
SELECT pg_catalog.pg_get_viewdef(1)
"""

FUNCTIONS = """
SELECT * FROM read_csv('{file}')
SELECT * FROM read_csv_auto('{file}')
SELECT * FROM read_text('{file}')
SELECT * FROM read_blob('{file}')
SELECT * FROM read_json('{file}')
SELECT * FROM read_json_auto('{file}')
SELECT * FROM read_json_objects('{file}')
SELECT * FROM read_ndjson('{file}')
SELECT * FROM read_ndjson_objects('{file}')
SELECT * FROM read_parquet('{canary}')
SELECT * FROM read_parquet(['{canary}'])
SELECT * FROM READ_PARQUET('{canary}')
SELECT * FROM "read_parquet"('{canary}')
SELECT * FROM "Read_Parquet"('{canary}')
SELECT * FROM read_duckdb('{file}')
SELECT * FROM parquet_scan('{canary}')
SELECT * FROM parquet_metadata('{canary}')
SELECT * FROM parquet_schema('{canary}')
SELECT * FROM parquet_file_metadata('{canary}')
SELECT * FROM parquet_full_metadata('{canary}')
SELECT * FROM parquet_kv_metadata('{canary}')
SELECT * FROM parquet_bloom_probe('{canary}', 'secret', 1)
SELECT * FROM glob('/etc/*')
SELECT * FROM sniff_csv('{file}')
SELECT * FROM st_read('{file}')
SELECT * FROM ST_Read('{file}')
SELECT * FROM st_readosm('{file}')
SELECT * FROM st_readshp('{file}')
SELECT * FROM st_read_meta('{file}')
SELECT * FROM st_drivers()
SELECT * FROM shapefile_meta('{file}')
SELECT * FROM arrow_scan(1, 2, 3)
SELECT * FROM pandas_scan(1)
SELECT * FROM seq_scan('t')
SELECT * FROM query('SELECT 1')
SELECT * FROM query('FROM ''{canary}''')
SELECT * FROM query_table('t')
SELECT * FROM query_table(['{canary}'])
SELECT * FROM json_execute_serialized_sql('x')
SELECT json_serialize_sql('SELECT 1')
SELECT json_deserialize_sql('x')
SELECT json_serialize_plan('SELECT 1')
SELECT * FROM duckdb_tables()
SELECT * FROM duckdb_views()
SELECT * FROM duckdb_settings()
SELECT * FROM duckdb_secrets()
SELECT * FROM duckdb_databases()
SELECT * FROM duckdb_extensions()
SELECT * FROM duckdb_functions()
SELECT * FROM duckdb_columns()
SELECT * FROM duckdb_logs()
SELECT * FROM duckdb_memory()
SELECT * FROM duckdb_temporary_files()
SELECT * FROM duckdb_variables()
SELECT * FROM duckdb_external_file_cache()
SELECT * FROM pragma_table_info('t')
SELECT * FROM pragma_storage_info('t')
SELECT * FROM pragma_database_size()
SELECT * FROM pragma_version()
SELECT * FROM pragma_platform()
SELECT * FROM pragma_user_agent()
SELECT * FROM pragma_show('t')
SELECT * FROM which_secret('x', 's3')
SELECT * FROM summary(t)
SELECT * FROM test_all_types()
SELECT * FROM repeat_row(1, num_rows = 10)
SELECT * FROM checkpoint()
SELECT * FROM force_checkpoint()
SELECT * FROM enable_logging()
SELECT * FROM enable_profiling()
SELECT * FROM disable_logging()
SELECT * FROM truncate_duckdb_logs()
SELECT * FROM icu_calendar_names()
SELECT * FROM pg_timezone_names()
SELECT * FROM t, LATERAL read_text('{file}')
SELECT * FROM t JOIN read_parquet('{canary}') c ON true
SELECT (SELECT content FROM read_text('{file}'))
WITH x AS (FROM read_text('{file}')) FROM x
SELECT * FROM (FROM read_text('{file}'))
SELECT a FROM t WHERE EXISTS (FROM glob('/etc/passwd'))
SELECT * FROM a_table_function_of_tomorrow('x')
SELECT getenv('HOME')
SELECT getvariable('x')
SELECT current_setting('temp_directory')
SELECT current_setting('home_directory')
SELECT version()
SELECT current_user
SELECT current_user()
SELECT session_user
SELECT user
SELECT current_role
SELECT current_database()
SELECT current_schema()
SELECT current_schemas(true)
SELECT current_catalog
SELECT current_query()
SELECT current_query_id()
SELECT current_transaction_id()
SELECT current_connection_id()
SELECT txid_current()
SELECT in_search_path('memory', 'main')
SELECT inet_server_addr()
SELECT inet_client_addr()
SELECT has_table_privilege('t', 'select')
SELECT has_schema_privilege('main', 'usage')
SELECT pg_get_viewdef(1)
SELECT pg_get_viewdef(oid) FROM t
SELECT pg_get_constraintdef(1)
SELECT pg_postmaster_start_time()
SELECT pg_my_temp_schema()
SELECT pg_sleep(100)
SELECT sleep_ms(100000)
SELECT obj_description(1)
SELECT col_description(1, 1)
SELECT shobj_description(1, 'x')
SELECT get_block_size('memory')
SELECT parse_duckdb_log_message('QueryLog', 'x')
SELECT write_log('x')
SELECT nextval('s')
SELECT currval('s')
SELECT stats(a) FROM t
SELECT list_transform([1], lambda x: getenv('HOME'))
SELECT list_filter(['x'], lambda x: current_setting(x) = 'y')
SELECT a FROM t ORDER BY getenv('HOME')
SELECT a FROM t GROUP BY getenv('HOME'), a
SELECT count(*) FILTER (WHERE version() LIKE 'v%') FROM t
SELECT sum(a) OVER (PARTITION BY getenv('X')) FROM t
SELECT COALESCE(NULL, getenv('HOME'))
SELECT "getenv"('HOME')
SELECT GETENV('HOME')
SELECT main.getvariable('x')
SELECT 'temp_directory'.current_setting()
SELECT TRY(getenv('HOME'))
SELECT CAST(getenv('HOME') AS VARCHAR)
SELECT {'a': version()}
SELECT a FROM t WHERE (a, version()) IN (SELECT 1, 'x')
SELECT * FROM range(length(version()))
SELECT * FROM unnest([getenv('HOME')])
SELECT * EXCLUDE (a) REPLACE (getenv('HOME') AS b) FROM t
SELECT a FROM t LIMIT length(getenv('HOME'))
SELECT DISTINCT ON (getenv('HOME')) a FROM t
"""

STATEMENTS = """
INSERT INTO t VALUES (1, 'x')
INSERT INTO t SELECT * FROM t
INSERT OR REPLACE INTO t VALUES (1, 'x')
UPDATE t SET a = 1
DELETE FROM t
TRUNCATE t
MERGE INTO t USING t AS s ON t.a = s.a WHEN MATCHED THEN DELETE
CREATE TABLE x (a INTEGER)
CREATE TABLE x AS SELECT * FROM t
CREATE TEMP TABLE x AS SELECT 1
CREATE VIEW x AS SELECT * FROM '{canary}'
CREATE OR REPLACE VIEW t AS SELECT * FROM '{canary}'
CREATE MACRO f(x) AS getenv(x)
CREATE FUNCTION f(x) AS TABLE FROM read_text(x)
CREATE SCHEMA s
CREATE SEQUENCE s
CREATE TYPE e AS ENUM ('a')
CREATE INDEX i ON t (a)
CREATE SECRET s (TYPE s3)
CREATE PERSISTENT SECRET s (TYPE s3)
DROP TABLE t
DROP VIEW t
DROP VIEW IF EXISTS t CASCADE
DROP SECRET s
ALTER TABLE t ADD COLUMN c INTEGER
ALTER VIEW t RENAME TO u
COPY t TO '{file}'
COPY t TO '/tmp/x.csv'
COPY (SELECT * FROM t) TO '{file}' (FORMAT csv)
COPY (SELECT 1) TO '{canary}' (FORMAT parquet)
COPY t FROM '{file}'
COPY FROM DATABASE memory TO x
EXPORT DATABASE '/tmp/x'
IMPORT DATABASE '/tmp/x'
ATTACH '{file}' AS x
ATTACH ':memory:' AS x
ATTACH 'x.db' (READ_ONLY)
ATTACH 'postgres:host=127.0.0.1' AS p (TYPE postgres)
DETACH memory
USE memory
INSTALL httpfs
FORCE INSTALL httpfs FROM 'http://127.0.0.1'
INSTALL '{file}'
LOAD httpfs
LOAD '{file}'
UPDATE EXTENSIONS
SET enable_external_access = true
SET GLOBAL memory_limit = '100GB'
SET VARIABLE x = 1
SET VARIABLE x = (SELECT content FROM read_text('{file}'))
SET lock_configuration = false
SET allowed_directories = ['/']
SET search_path = 'pg_catalog'
RESET memory_limit
RESET lock_configuration
PRAGMA version
PRAGMA database_list
PRAGMA table_info('t')
PRAGMA enable_profiling
PRAGMA memory_limit = '100GB'
PRAGMA import_database('/tmp/x')
CALL pragma_version()
CALL duckdb_settings()
CALL query('SELECT 1')
EXPLAIN SELECT 1
EXPLAIN ANALYZE SELECT * FROM t
EXPLAIN ANALYZE COPY t TO '{file}'
EXPLAIN (FORMAT json) SELECT 1
PREPARE p AS SELECT 1
EXECUTE p
DEALLOCATE p
BEGIN
COMMIT
ROLLBACK
CHECKPOINT
FORCE CHECKPOINT
VACUUM
ANALYZE t
COMMENT ON VIEW t IS 'x'
PIVOT t ON b USING sum(a)
SELECT * FROM t; DROP VIEW t
SELECT 1; SELECT 2
SELECT 1; COPY t TO '{file}'
; ; SELECT 1; SELECT 2
SELECT 1 /* ; */ ; SELECT 2 -- x
"""

PARTS = """
DESCRIBE t
DESCRIBE SELECT * FROM t
SUMMARIZE t
SUMMARIZE SELECT * FROM '{canary}'
SHOW TABLES
SHOW ALL TABLES
SHOW DATABASES
SHOW TABLES FROM main
SHOW t
SELECT * FROM (DESCRIBE t)
SELECT * FROM (SHOW TABLES)
SELECT * FROM (SUMMARIZE t)
WITH x AS (SHOW ALL TABLES) SELECT * FROM x
SELECT * FROM t AT (VERSION => 1)
SELECT ?
SELECT $1
SELECT $name
SELECT * FROM t WHERE a = ?
"""

BROKEN = """
SELECT
SELECT * FROM
SELEC 1
SELECT * FROM t WHERE
SELECT 'open
SELECT "open
SELECT (1
SELECT /* open
.tables
.read {file}
!ls
\\copy t to x
SELECT 1 UNION
SELECT “a” FROM t t t
"""
