"""Spark, by way of Sail: attaches the open lake and answers questions in SQL. ADDRESS and questions come as arguments;
each answer is one line of JSON.

The catalogue says where its files are, but Sail takes that from the environment.
"""

import json
import os
import sys

address, *questions = sys.argv[1:]
os.environ.update(
    {
        "SAIL_CATALOG__LIST": f'[{{name="sluis", type="iceberg-rest", uri="{address}/api/iceberg"}}]',
        "SAIL_CATALOG__DEFAULT_CATALOG": "sluis",
        "AWS_ENDPOINT": address,
        "AWS_ALLOW_HTTP": "true",
        "AWS_SKIP_SIGNATURE": "true",
        "AWS_REGION": "us-east-1",
    }
)

from pysail.spark import SparkConnectServer  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402

server = SparkConnectServer(ip="127.0.0.1", port=0)
server.start(background=True)
_, port = server.listening_address
spark = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
for question in questions:
    try:
        answer: object = [list(row) for row in spark.sql(question).collect()]
    except Exception as error:  # noqa: BLE001 - told to the test
        answer = f"{type(error).__name__}: {error}"
    sys.stdout.write(json.dumps(answer, default=str) + "\n")
sys.stdout.flush()
os._exit(0)  # the server has no end of its own
