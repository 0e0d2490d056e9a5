using System.Reflection;

namespace Votes.Silo.Api;

/// <summary>
/// The query parameters that a route has, found from its handler. Any other name is refused: a misspelt parameter that is
/// ignored gives an answer to another question.
/// </summary>
public sealed class QueryNames
{
    private readonly HashSet<string> _names;

    private QueryNames(IEnumerable<string> names) => _names = new HashSet<string>(names, StringComparer.OrdinalIgnoreCase);

    /// <summary>Puts the names on each route of a group.</summary>
    public static void AddTo(IEndpointConventionBuilder routes) => routes.Finally(static endpoint =>
    {
        if (endpoint.Metadata.OfType<MethodInfo>().LastOrDefault() is { } handler)
        {
            endpoint.Metadata.Add(new QueryNames(handler.GetParameters().Where(IsQuery).Select(static p => p.Name!)));
        }
    });

    /// <summary>Refuses other names; before the cache, which does not know the names that it is not told of.</summary>
    public static void Use(WebApplication app) => app.Use(static (context, next) =>
        context.GetEndpoint()?.Metadata.GetMetadata<QueryNames>()?.FirstUnknown(context.Request.Query) is { } detail
            ? Problems.WriteAsync(context, StatusCodes.Status400BadRequest, detail, ProblemCodes.UnknownParameter)
            : next(context));

    /// <summary>What is wrong with a query; null: nothing.</summary>
    internal string? FirstUnknown(IQueryCollection query)
    {
        foreach (var name in query.Keys)
        {
            if (!_names.Contains(name))
            {
                var known = _names.Count == 0 ? "none" : string.Join(", ", _names.Order(StringComparer.Ordinal));
                return $"There is no parameter '{BadRequests.Short(name)}' at this address; there is {known}.";
            }
        }

        return null;
    }

    /// <summary>What is read from text comes from the query; all else from the path, the body or the services.</summary>
    private static bool IsQuery(ParameterInfo parameter)
    {
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        return type.IsEnum || type == typeof(string) || type == typeof(string[])
            || type.GetMethods(BindingFlags.Public | BindingFlags.Static).Any(static method => method.Name == "TryParse");
    }
}
