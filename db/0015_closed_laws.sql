-- A closed law stays closed, whatever the application is made to do: "a closed result is final" is not left to its code.
-- The owner of the table may open a law again, as after a mistake, and answers for it.

create function keep_law_closed() returns trigger language plpgsql as $$
begin
  if not pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'usage') then
    raise exception 'Law % is closed for good.', old.law_id
      using errcode = 'insufficient_privilege', hint = 'The owner of the table may open it again.';
  end if;
  return new;
end $$;

create trigger laws_stay_closed_tg
  before update on laws
  for each row when (old.status = 'closed' and (new.status <> 'closed' or new.law_id <> old.law_id))
  execute function keep_law_closed();
