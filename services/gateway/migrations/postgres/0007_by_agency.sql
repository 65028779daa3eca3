-- What is due to agencies that speak SPDCI is sent to each by itself, so it is found by agency; what each follows is listed.

DROP INDEX spdci_transactions_due;
CREATE INDEX spdci_transactions_due ON spdci_transactions (consumer_id, next_attempt_time) WHERE next_attempt_time IS NOT NULL;
DROP INDEX spdci_subscriptions_due;
CREATE INDEX spdci_subscriptions_due ON spdci_subscriptions (consumer_id, next_attempt_time) WHERE next_attempt_time IS NOT NULL;
CREATE INDEX spdci_subscriptions_of_consumer ON spdci_subscriptions (consumer_id, id);

-- Every commune in which a team was said to lie: on an earlier day it is found where it lay then.
CREATE TABLE team_communes (
    team_id    UUID NOT NULL,
    commune_id UUID NOT NULL,
    PRIMARY KEY (team_id, commune_id)
);
INSERT INTO team_communes SELECT team_id, commune_id FROM team_places;
