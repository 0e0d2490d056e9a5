namespace Votes.Silo.Operators.Condition;

/// <summary>Keeps since when each part has been as it is. Pure; not thread-safe.</summary>
public sealed class ConditionBook
{
    private readonly Dictionary<string, (ComponentState State, DateTimeOffset Since)> _since = new(StringComparer.Ordinal);
    private CountingView? _counting;

    /// <summary>Judges the facts, and compares them with those before.</summary>
    public ConditionView Enter(ConditionFacts facts)
    {
        var broker = ConditionRules.Broker(facts);
        var database = ConditionRules.Database(facts);
        var ingests = ConditionRules.Ingests(facts);
        var silos = ConditionRules.Silos(facts);
        var isDelayed = ConditionRules.IsDelayed(facts, broker, database, ingests, silos);
        if (_counting?.Delayed != isDelayed)
        {
            _counting = new CountingView(isDelayed, facts.Now);
        }

        return new ConditionView(
            facts.Now,
            _counting!,
            [
                View("broker", broker, facts.Now), View("database", database, facts.Now), View("ingests", ingests, facts.Now),
                View("silos", silos, facts.Now), View("totals", ConditionRules.Totals(facts), facts.Now),
            ]);
    }

    private ComponentView View(string name, Finding finding, DateTimeOffset now)
    {
        if (!_since.TryGetValue(name, out var known) || known.State != finding.State)
        {
            known = _since[name] = (finding.State, now - (finding.Lasting ?? TimeSpan.Zero));
        }

        return new ComponentView(name, finding.State, known.Since, finding.Detail, finding.Runbook);
    }
}
