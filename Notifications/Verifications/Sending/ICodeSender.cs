using Npgsql;

namespace ProdReady.Notifications.Verifications.Sending;

/// <summary>Who makes, sends and checks codes: this service, or somebody who does it all.</summary>
internal interface ICodeSender
{
    /// <summary>Its name in the table.</summary>
    string Name { get; }

    /// <summary>What to set before it can send anything, in a sentence; <see langword="null"/> if nothing is missing.</summary>
    string? MissingForSends { get; }

    /// <summary>What to set before it can check anything; <see langword="null"/> if nothing is missing.</summary>
    string? MissingForChecks { get; }

    /// <summary>Whether it knows one open verification of a number at a time, whatever its purpose.</summary>
    bool OnePerNumber { get; }

    /// <summary>The verification with its code: a new one, or the same again where the policy and the verification have it so.</summary>
    IssuedCode Issue(Verification verification, bool isResend, DateTimeOffset now);

    /// <summary>Adds the message to the transaction that <paramref name="connection"/> is in.</summary>
    Task<CodeMessage> AddMessageAsync(NpgsqlConnection connection, IssuedCode issued, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Does what must not be done before the transaction is committed.</summary>
    /// <param name="issued">The verification.</param>
    /// <param name="replaced">The verifications that this one takes the place of.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<SendFailure?> SendAsync(IssuedCode issued, ReplacedCodes replaced, CancellationToken cancellationToken);

    /// <summary>Whether a code is the one. Its attempt is counted.</summary>
    Task<CodeVerdict> CheckAsync(Verification verification, PresentedCode presented, CancellationToken cancellationToken);
}

/// <summary>A verification and its code.</summary>
/// <param name="Verification">The verification.</param>
/// <param name="Code">The code; <see langword="null"/> if somebody else makes it.</param>
internal sealed record IssuedCode(Verification Verification, string? Code)
{
    /// <summary>Its text would hold the code.</summary>
    public override string ToString() => $"{nameof(IssuedCode)} of {Verification.Id}";
}

/// <summary>Verifications of a number that a provider may still have open, and that another one takes the place of.</summary>
/// <param name="Ids">The provider's ids of them.</param>
/// <param name="AreAllKnown">Whether these are all: else an answer that had one was lost.</param>
internal sealed record ReplacedCodes(IReadOnlyList<string> Ids, bool AreAllKnown)
{
    /// <summary>There are none.</summary>
    public static readonly ReplacedCodes None = new([], true);
}

/// <summary>A code's message.</summary>
/// <param name="Segments">How many it has.</param>
/// <param name="IsSent">Whether it will be sent: not to a number that takes no messages.</param>
internal readonly record struct CodeMessage(int Segments, bool IsSent);

/// <summary>What somebody says the code is, and for which number and purpose.</summary>
internal sealed record PresentedCode(string Code, string To, string Purpose)
{
    /// <summary>Its text would hold the code.</summary>
    public override string ToString() => nameof(PresentedCode);
}

/// <summary>Why a committed code was not sent.</summary>
/// <param name="Reason">A sentence for the developer, without the number.</param>
/// <param name="IsLimit">Whether it is the provider's own limit, rather than a failure.</param>
/// <param name="RetryAfter">How long to wait.</param>
/// <param name="MayBeOpen">Whether the provider may have begun it all the same.</param>
internal sealed record SendFailure(string Reason, bool IsLimit, TimeSpan RetryAfter, bool MayBeOpen = false);

/// <summary>What a code is.</summary>
/// <param name="Kind">Right, wrong, or not to be said.</param>
/// <param name="RetryAfter">How long to wait, where that is not known now.</param>
internal sealed record CodeVerdict(CodeVerdictKind Kind, TimeSpan? RetryAfter = null);

/// <summary>The kinds of <see cref="CodeVerdict"/>.</summary>
internal enum CodeVerdictKind
{
    /// <summary>It is the code.</summary>
    Right,

    /// <summary>It is not.</summary>
    Wrong,

    /// <summary>There is no code any more.</summary>
    Ended,

    /// <summary>The provider takes no more codes.</summary>
    Locked,

    /// <summary>The provider did not say, or the key is missing here.</summary>
    Unknown,
}
