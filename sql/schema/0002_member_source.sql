-- The source of each member's record, so that who reads a person's records need not look each one up to know whose it is.
ALTER TABLE member ADD COLUMN source INTEGER;
UPDATE member SET source = (SELECT r.source FROM record r WHERE r.id = member.anchor);
DROP INDEX member_by_entity;
CREATE INDEX member_by_entity ON member (linkage, entity, anchor, source);
