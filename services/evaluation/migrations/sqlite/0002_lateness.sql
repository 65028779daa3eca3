-- Steps after their due dates are taken and marked (rule 44): the mark belongs to the record, not only to the journal.

ALTER TABLE assessments ADD COLUMN self_assessed_late INTEGER NOT NULL DEFAULT 0;
ALTER TABLE assessments ADD COLUMN proposed_late INTEGER NOT NULL DEFAULT 0;
ALTER TABLE assessments ADD COLUMN decided_late INTEGER NOT NULL DEFAULT 0;

UPDATE assessments SET
    self_assessed_late = meeting_date > (SELECT self_assess_due FROM cycles WHERE cycles.id = cycle_id),
    proposed_late = COALESCE(propose_date > (SELECT propose_due FROM cycles WHERE cycles.id = cycle_id), 0),
    decided_late = COALESCE(decision_date > (SELECT decide_due FROM cycles WHERE cycles.id = cycle_id), 0);
