using Microsoft.Extensions.Options;
using Npgsql;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Verifications.Limits;

namespace ProdReady.Notifications.Verifications.Sending;

/// <summary>Starts verifications and sends their codes again: all that limits are asked and told in one transaction with the message.</summary>
internal sealed class VerificationSends(
    NpgsqlDataSource database, VerificationStore store, ICodeSender sender, SendGate gate, IOptions<VerificationOptions> options, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromHours(48);

    /// <summary>Those who wait for each other hold a connection each: some are left for checks.</summary>
    private readonly SemaphoreSlim _turns = new(16);

    /// <summary>Calls of a provider hold a connection, too, and need another one when they end: three of four are left for that, and for others.</summary>
    private readonly SemaphoreSlim _calls = new(Math.Max(1, new NpgsqlConnectionStringBuilder(database.ConnectionString).MaxPoolSize / 4));

    /// <summary>Starts a verification.</summary>
    public Task<StartResult> StartAsync(NewVerification request, CancellationToken cancellationToken)
    {
        var now = Now();
        var verification = new Verification(Guid.CreateVersion7(now), request.To.E164, request.To.Country, request.Purpose)
        {
            Locale = request.Locale,
            ClientIp = request.ClientIp,
            CodeLength = request.CodeLength,
            MaxAttempts = options.Value.MaxAttempts,
            Provider = sender.Name,
            CreatedAt = now,
            ExpiresAt = now + options.Value.Validity,
            ResendAt = now + options.Value.CoolDown,
        };
        return SendAsync(verification, request.Idempotency, isResend: false, now, cancellationToken);
    }

    /// <summary>Sends a verification's code again, or another one: see <see cref="VerificationOptions.Resend"/>.</summary>
    public Task<StartResult> ResendAsync(Verification verification, string? clientIp, CancellationToken cancellationToken) =>
        SendAsync(verification with { ClientIp = clientIp ?? verification.ClientIp }, null, isResend: true, Now(), cancellationToken);

    public void Dispose()
    {
        _turns.Dispose();
        _calls.Dispose();
    }

    /// <summary>As exact as PostgreSQL's, so that a first answer has the same times as a repeated one.</summary>
    private DateTimeOffset Now()
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    private async Task<StartResult> SendAsync(
        Verification verification, Idempotency? key, bool isResend, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var send = new CodeSend(verification.Id, verification.To, verification.Country, verification.Purpose, verification.ClientIp);
        Commitment commitment;
        await _turns.WaitAsync(cancellationToken);
        try
        {
            commitment = await CommitAsync(verification, send, key, isResend, now, cancellationToken);
        }
        finally
        {
            _turns.Release();
        }

        if (commitment.Result is StartResult.Refused { Refusal: var refusal })
        {
            gate.Refused(send, refusal);
        }

        if (commitment.Issued is not { } issued)
        {
            return commitment.Result;
        }

        gate.Committed(send, commitment.Message);
        // Whoever began this may have gone: it is committed all the same
        var failure = issued.Verification.IsUnsent || sender.OnePerNumber
            ? await SendAloneAsync(commitment, issued, isResend)
            : await sender.SendAsync(issued, ReplacedCodes.None, CancellationToken.None);
        if (failure is null)
        {
            return commitment.Result;
        }

        // Counted it is, and the cool-down would refuse an earlier repetition
        var coolDown = issued.Verification.ResendAt - Now();
        failure = failure with { RetryAfter = failure.RetryAfter > coolDown ? failure.RetryAfter : coolDown };
        return failure.IsLimit
            ? new StartResult.Refused(new(RefusalReason.ProviderLimit, failure.RetryAfter))
            : new StartResult.Failed(failure);
    }

    /// <summary>
    /// Asks a provider for the code, as the only one for the number: a repetition of the request, which would ask if this process had died,
    /// waits until it is noted what came of it; so does a verification for another purpose, whose code must not be this one's.
    /// </summary>
    private async Task<SendFailure?> SendAloneAsync(Commitment commitment, IssuedCode issued, bool isResend)
    {
        var id = issued.Verification.Id;
        await _calls.WaitAsync(CancellationToken.None);
        try
        {
            await using var connection = await database.OpenConnectionAsync(CancellationToken.None);
            await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None);
            if (await VerificationStore.LockSendAsync(connection, issued.Verification, CancellationToken.None) is not { } current
                || (!isResend && !current.IsUnsent))
            {
                return null;
            }

            if (current.SupersededAt is not null)
            {
                // Another one took its place while this one waited: a code for it would end that one's
                if (commitment.Result is StartResult.Started { IsReplay: true })
                {
                    return new("The code of the first request was not sent.", IsLimit: false, TimeSpan.Zero);
                }

                if (!isResend)
                {
                    await store.NeverOpenAsync(id, CancellationToken.None);
                }

                return null;
            }

            var replaced = current.IsUnsent
                ? await VerificationStore.FindReplacedAsync(connection, current, Now(), CancellationToken.None)
                : ReplacedCodes.None;
            var failure = await sender.SendAsync(
                issued with { Verification = issued.Verification with { ProviderId = current.ProviderId } }, replaced, CancellationToken.None);
            if (failure is null)
            {
                await store.SentAsync(id, CancellationToken.None);
            }
            else if (!isResend)
            {
                await store.GiveUpAsync(id, Now(), failure.MayBeOpen, CancellationToken.None);
            }

            return failure;
        }
        finally
        {
            _calls.Release();
        }
    }

    private async Task<Commitment> CommitAsync(
        Verification verification, CodeSend send, Idempotency? key, bool isResend, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LimitStore.LockAsync(connection, send.Locks(key?.Key), cancellationToken);
        if (key is not null && await VerificationStore.FindByKeyAsync(connection, key, now - KeyLifetime, cancellationToken) is var (earlier, isSame))
        {
            return isSame
                ? Replay(earlier, now)
                : new(new StartResult.Conflict(earlier.Id));
        }

        if (isResend)
        {
            // What was read before the locks may be over by now
            var current = await VerificationStore.FindAsync(connection, verification.Id, cancellationToken);
            if (current?.StatusAt(now) is not VerificationStatus.Pending)
            {
                return new(new StartResult.Ended(current?.StatusAt(now)));
            }

            verification = current;
        }

        if (await gate.JudgeAsync(connection, send, now, cancellationToken) is { } refusal)
        {
            await transaction.CommitAsync(cancellationToken);
            return new(new StartResult.Refused(refusal));
        }

        var issued = sender.Issue(verification with { ResendAt = now + options.Value.CoolDown }, isResend, now);
        if (!isResend)
        {
            await VerificationStore.SupersedeAsync(
                connection, verification.To, sender.OnePerNumber ? null : verification.Purpose, now, cancellationToken);
            await VerificationStore.AddAsync(connection, issued.Verification, key, cancellationToken);
        }
        else if (!await VerificationStore.RenewAsync(connection, issued.Verification, now, cancellationToken))
        {
            // Checks do not wait for the locks
            return new(new StartResult.Ended(VerificationStatus.Locked));
        }

        var message = await sender.AddMessageAsync(connection, issued, now, cancellationToken);
        if (await gate.CountAsync(connection, send, message, now, cancellationToken) is { } spent)
        {
            return new(new StartResult.Refused(spent));
        }

        await transaction.CommitAsync(cancellationToken);
        return new(new StartResult.Started(issued.Verification), issued, message);
    }

    /// <summary>The first request's answer. If the process that had it died before it asked for the code, that is done by this.</summary>
    private static Commitment Replay(Verification earlier, DateTimeOffset now)
    {
        var result = new StartResult.Started(earlier, IsReplay: true);
        return earlier.IsUnsent && earlier.StatusAt(now) is VerificationStatus.Pending
            ? new(result, new(earlier, null), default)
            : new(result);
    }

    /// <summary>What a transaction came to. Without <paramref name="Issued"/>, nothing is sent.</summary>
    private sealed record Commitment(StartResult Result, IssuedCode? Issued, CodeMessage Message)
    {
        public Commitment(StartResult result)
            : this(result, null, default)
        {
        }
    }
}
