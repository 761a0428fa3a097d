-- +goose Up
-- Signing in by face has a consent of its own. Whoever has a device bound agreed to both in one wording.
INSERT INTO consent (id, person, kind, text_digest, given_at, withdrawn_at, address)
  SELECT c.id || '-sign-in', c.person, 'face-sign-in', c.text_digest, c.given_at, 0, c.address FROM consent c
  WHERE c.kind = 'face' AND c.withdrawn_at = 0 AND EXISTS (SELECT 1 FROM face_device d WHERE d.person = c.person AND d.ended_at = 0);
