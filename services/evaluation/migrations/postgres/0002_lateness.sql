-- Steps after their due dates are taken and marked (rule 44): the mark belongs to the record, not only to the journal.

ALTER TABLE assessments ADD COLUMN self_assessed_late BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE assessments ADD COLUMN proposed_late BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE assessments ADD COLUMN decided_late BOOLEAN NOT NULL DEFAULT FALSE;

UPDATE assessments SET
    self_assessed_late = meeting_date > (SELECT self_assess_due FROM cycles WHERE cycles.id = cycle_id),
    proposed_late = COALESCE(propose_date > (SELECT propose_due FROM cycles WHERE cycles.id = cycle_id), FALSE),
    decided_late = COALESCE(decision_date > (SELECT decide_due FROM cycles WHERE cycles.id = cycle_id), FALSE);
