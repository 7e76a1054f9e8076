using System.Diagnostics;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using ProdReady.Notifications.Sending;
using ProdReady.ServiceDefaults.Encryption;
using ProdReady.ServiceDefaults.GroupCommit;
using ProdReady.ServiceDefaults.Queue;
using Correlation = ProdReady.ServiceDefaults.Correlation.CorrelationId;

namespace ProdReady.Notifications.Messages;

/// <summary>Commits messages together with the jobs that send them.</summary>
internal sealed partial class MessageIntake : IAsyncDisposable
{
    private const string Add =
        "SELECT * FROM notifications.add_messages($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";

    /// <summary>How long a caller waits for a database that does not answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>After this, a repetition of a request is a new message.</summary>
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromHours(48);

    /// <summary>A message that was not claimed this long after its time is looked after: its job may be lost.</summary>
    private static readonly TimeSpan UnclaimedAfter = TimeSpan.FromHours(1);

    private readonly NpgsqlDataSource _database;
    private readonly MessageReader _messages;
    private readonly MessageCipher _cipher;
    private readonly SendQueues _queues;
    private readonly SendRoutes _routes;
    private readonly SendingOptions _options;
    private readonly MessageMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly GroupCommit<Arrival, AcceptedMessage> _commits;

    public MessageIntake(
        NpgsqlDataSource database,
        MessageReader messages,
        MessageCipher cipher,
        SendQueues queues,
        SendRoutes routes,
        IOptions<SendingOptions> options,
        MessageMetrics metrics,
        GroupCommitMetrics groups,
        TimeProvider time)
    {
        _database = database;
        _messages = messages;
        _cipher = cipher;
        _queues = queues;
        _routes = routes;
        _options = options.Value;
        _metrics = metrics;
        _time = time;
        _commits = new(new() { Name = "messages", Timeout = Patience }, CommitAsync, groups, time);
    }

    /// <summary>Commits a message, together with what other requests bring just now.</summary>
    /// <exception cref="NpgsqlException">The database failed, or took too long. It may have committed.</exception>
    public async Task<AcceptedMessage> AddAsync(NewMessage message, CancellationToken cancellationToken)
    {
        try
        {
            var accepted = await _commits.AddAsync(Arrival.Of(message), cancellationToken);
            return await WithEarlierAsync(accepted, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or GroupCommitFullException or ObjectDisposedException)
        {
            throw Unavailable(exception);
        }
    }

    /// <summary>Commits messages in one transaction, each with its own outcome.</summary>
    /// <exception cref="NpgsqlException">The database failed, or took too long. It may have committed.</exception>
    public async Task<IReadOnlyList<AcceptedMessage>> AddAsync(IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken)
    {
        var accepted = await CommitAsync([.. messages.Select(Arrival.Of)]);
        var whole = new List<AcceptedMessage>(accepted.Count);
        foreach (var message in accepted)
        {
            whole.Add(await WithEarlierAsync(message, cancellationToken));
        }

        return whole;
    }

    /// <summary>Adds messages in the transaction that <paramref name="connection"/> is in: they are sent if and when it commits.</summary>
    /// <returns>What became of each, in their order; earlier messages of a key are told by their ids alone.</returns>
    public Task<IReadOnlyList<AcceptedMessage>> AddAsync(
        NpgsqlConnection connection, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken) =>
        AddAsync(connection, [.. messages.Select(Arrival.Of)], cancellationToken);

    public ValueTask DisposeAsync() => _commits.DisposeAsync();

    /// <summary>Left to end by its own bounds: a batch is not given up with one of its callers.</summary>
    private async Task<IReadOnlyList<AcceptedMessage>> CommitAsync(IReadOnlyList<Arrival> arrivals)
    {
        await using var connection = await _database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var accepted = await AddAsync(connection, arrivals, CancellationToken.None);
        await transaction.CommitAsync();
        return accepted;
    }

    private async Task<IReadOnlyList<AcceptedMessage>> AddAsync(
        NpgsqlConnection connection, IReadOnlyList<Arrival> arrivals, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var answers = new AcceptedMessage[arrivals.Count];
        await using (var command = AddCommand(connection, arrivals, now))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var place = reader.GetInt32(0) - 1;
                answers[place] = Answer(arrivals[place], reader, now);
            }
        }

        for (var place = 0; place < answers.Length; place++)
        {
            answers[place] = await JudgeAgainAsync(connection, arrivals[place].Message.Idempotency, answers[place], cancellationToken);
        }

        var added = arrivals.Where((_, place) => answers[place].Acceptance == Acceptance.Accepted).ToList();
        await _queues.EnqueueAsync(connection, [.. added.Select(arrival => arrival.Job(now))], cancellationToken);
        foreach (var answer in answers)
        {
            _metrics.Arrived(answer);
        }

        return answers;
    }

    private NpgsqlCommand AddCommand(NpgsqlConnection connection, IReadOnlyList<Arrival> arrivals, DateTimeOffset now)
    {
        var bodies = arrivals.Select(arrival => arrival.Message)
            .Select(message => message.Kind == MessageKind.Code ? _cipher.Seal(message.Id, message.Body) : (SealedBytes?)null)
            .ToList();
        return new(Add, connection)
        {
            CommandTimeout = (int)Patience.TotalSeconds,
            Parameters =
            {
                arrivals.Column(arrival => arrival.Message.Id),
                arrivals.Column(arrival => arrival.Message.To.E164),
                arrivals.Column(arrival => arrival.Message.To.Country),
                arrivals.Column(arrival => arrival.Message.Kind.Text()),
                arrivals.Column(arrival => arrival.Message.Kind == MessageKind.Code ? null : arrival.Message.Body),
                bodies.Column(body => body?.Bytes.ToArray()),
                bodies.Column(body => body?.KeyId),
                arrivals.Column(arrival => (short)arrival.Message.Segments),
                arrivals.Column(arrival => arrival.Message.Template),
                arrivals.Column(arrival => arrival.Message.SendAt?.ToUniversalTime(), NpgsqlDbType.TimestampTz),
                arrivals.Column(arrival => Expiry(arrival.Message, now), NpgsqlDbType.TimestampTz),
                arrivals.Column(arrival => arrival.Message.Idempotency?.Caller ?? ""),
                arrivals.Column(arrival => arrival.Message.Idempotency?.Key),
                arrivals.Column(arrival => arrival.Message.Idempotency?.ContentHash),
                arrivals.Column(arrival => _routes.FirstSender(arrival.Message.To.Country)),
                arrivals.Column(arrival => arrival.CorrelationId),
                arrivals.Column(arrival => arrival.TraceParent),
                new NpgsqlParameter<TimeSpan> { TypedValue = KeyLifetime },
                new NpgsqlParameter<TimeSpan> { TypedValue = UnclaimedAfter },
            },
        };
    }

    private AcceptedMessage Answer(Arrival arrival, NpgsqlDataReader row, DateTimeOffset now) => row.GetString(1) switch
    {
        "accepted" => new(Acceptance.Accepted, arrival.Accepted(Expiry(arrival.Message, now), row.GetFieldValue<DateTimeOffset>(4))),
        "replayed" => new(Acceptance.Replayed, null) { EarlierId = row.GetGuid(2) },
        "conflict" => new(Acceptance.Conflict, null) { EarlierId = row.GetGuid(2) },
        "suppressed" => new(Acceptance.Suppressed, null, row.TextOrNull(3)),
        _ => new(Acceptance.NumberRefused, null, row.TextOrNull(3)),
    };

    private async Task<AcceptedMessage> WithEarlierAsync(AcceptedMessage accepted, CancellationToken cancellationToken) =>
        accepted.EarlierId is { } id ? accepted with { Message = await _messages.FindAsync(id, cancellationToken) } : accepted;

    private DateTimeOffset Expiry(NewMessage message, DateTimeOffset now) =>
        (message.ExpiresAt ?? (message.SendAt ?? now) + _options.GiveUpAfter).ToUniversalTime();

    private static NpgsqlException Unavailable(Exception exception) =>
        new("The database did not answer in time.", exception is TimeoutException ? exception : new TimeoutException(exception.Message, exception));

    /// <summary>A message and the request that brought it, whose context ends before the commit.</summary>
    private sealed record Arrival(NewMessage Message, string? CorrelationId, string? TraceParent)
    {
        public static Arrival Of(NewMessage message) => new(
            message, Correlation.Current, Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null);

        public NewJob<SendJob> Job(DateTimeOffset now) =>
            new SendJob(Message.Id, Message.To.Country, Message.Segments, Message.Kind, Message.QuietZones).ToEnqueue(
                Message.SendAt is { } sendAt ? sendAt - now : TimeSpan.Zero, new(CorrelationId, TraceParent));

        public Message Accepted(DateTimeOffset expiresAt, DateTimeOffset at) => new(
            Message.Id,
            Message.To.E164,
            Message.Kind,
            Message.SendAt is null ? MessageStatus.Accepted : MessageStatus.Scheduled,
            at,
            at)
        {
            Country = Message.To.Country,
            Segments = Message.Segments,
            Template = Message.Template,
            SendAt = Message.SendAt,
            ExpiresAt = expiresAt,
        };
    }
}
