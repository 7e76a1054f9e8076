using Npgsql;
using NpgsqlTypes;

namespace ProdReady.Webhooks.Events;

/// <summary>A filter as SQL over <c>webhooks.events AS event</c>, its values as parameters.</summary>
internal sealed class EventConditions
{
    private readonly List<string> _conditions = [];
    private readonly NpgsqlParameterCollection _parameters;

    public EventConditions(EventFilter filter, NpgsqlParameterCollection parameters)
    {
        _parameters = parameters;
        Add(filter.Source, source => $"event.source = {source}");
        AddType(filter.Type);
        Add(filter.EventId, id => $"event.event_id = {id}");
        Add(filter.From?.ToUniversalTime(), from => $"event.received_at >= {from}");
        Add(filter.To?.ToUniversalTime(), to => $"event.received_at < {to}");
        AddStatus(filter);
        AddContent(filter);
    }

    /// <summary>The part after WHERE.</summary>
    public string Sql => _conditions.Count == 0 ? "true" : string.Join("\n    AND ", _conditions);

    /// <summary>Adds one more condition, unless <paramref name="value"/> is <see langword="null"/>.</summary>
    /// <param name="value">The value.</param>
    /// <param name="condition">The condition, by the parameter's name.</param>
    public void Add<T>(T? value, Func<string, string> condition)
    {
        if (value is not null)
        {
            _conditions.Add(condition(Parameter(new() { Value = value })));
        }
    }

    private string Parameter(NpgsqlParameter parameter)
    {
        _parameters.Add(parameter);
        return $"${_parameters.Count}";
    }

    private void AddType(string? type)
    {
        if (type is not [.. var beginning, '*'])
        {
            Add(type, exact => $"event.event_type = {exact}");
        }
        else if (beginning.Length > 0)
        {
            // In the order of bytes, everything that begins so lies between these two
            Add(beginning, from => $"event.event_type >= {from}");
            Add(beginning, prefix => $"starts_with(event.event_type, {prefix})");
        }
    }

    private void AddStatus(EventFilter filter)
    {
        const string Deliveries = "FROM webhooks.deliveries AS delivery WHERE delivery.event_id = event.id AND delivery.received_at = event.received_at";
        var destination = filter.Destination is { } name ? $" AND delivery.destination = {Parameter(new() { Value = name })}" : "";
        if (filter.Destination is not null && filter.Status is null)
        {
            _conditions.Add($"EXISTS (SELECT {Deliveries}{destination})");
        }

        switch (filter.Status)
        {
            case EventStatus.Stored:
                _conditions.Add($"NOT EXISTS (SELECT {Deliveries}{destination})");
                break;
            // By way of the few rows that are pending or dead, however many events there are
            case EventStatus.Pending:
                _conditions.Add($"event.position IN (SELECT delivery.position FROM webhooks.deliveries AS delivery WHERE delivery.state = 'pending'{destination})");
                break;
            case EventStatus.Dead:
                _conditions.Add($"event.position IN (SELECT delivery.position FROM webhooks.deliveries AS delivery WHERE delivery.state = 'dead'{destination})");
                break;
            case EventStatus.Delivered:
                _conditions.Add($"EXISTS (SELECT {Deliveries}{destination} AND delivery.state = 'delivered')");
                _conditions.Add($"NOT EXISTS (SELECT {Deliveries}{destination} AND delivery.state <> 'delivered')");
                break;
        }
    }

    /// <remarks>
    /// JSON that Postgres cannot hold (half a surrogate pair) is in no body that it has indexed, and finds nothing.
    /// ARRAY(...), so that the GIN index is asked first, however many rows the planner expects.
    /// </remarks>
    private void AddContent(EventFilter filter)
    {
        if (filter.Contains is not { } json)
        {
            return;
        }

        var content = Parameter(new() { Value = json, NpgsqlDbType = NpgsqlDbType.Text });
        var time = "";
        if (filter.From is { } from)
        {
            time += $" AND payload.received_at >= {Parameter(new() { Value = from.ToUniversalTime() })}";
        }

        if (filter.To is { } to)
        {
            time += $" AND payload.received_at < {Parameter(new() { Value = to.ToUniversalTime() })}";
        }

        _conditions.Add($"event.position = ANY(ARRAY(SELECT payload.position FROM webhooks.payloads AS payload WHERE payload.payload @> webhooks.to_jsonb_or_null({content}){time}))");
    }
}
