-- One database a service: two services in one would share a table of migrations, and a leak of one would be a leak of both.
CREATE DATABASE hoagiai_registry;
CREATE DATABASE hoagiai_cases;
CREATE DATABASE hoagiai_evaluation;
CREATE DATABASE hoagiai_reporting;
CREATE DATABASE hoagiai_gateway;
