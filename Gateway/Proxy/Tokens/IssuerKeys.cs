using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace ProdReady.Gateway.Proxy.Tokens;

/// <summary>
/// The keys of the tokens' issuer. Until they are known, the library asks for them once a request, one request after the other, each until
/// it times out: an issuer that does not answer would hold up everybody, ahead of the limits. Here all share one question; after one that
/// failed nobody waits any more, and one is asked in the background every <see cref="RetryAfter"/>. Once known, keys stay in use
/// while the library renews them.
/// </summary>
internal sealed partial class IssuerKeys(
    IConfigurationManager<OpenIdConnectConfiguration> library, string? authority, TimeProvider time, ILogger<IssuerKeys> logger)
    : BaseConfigurationManager, IConfigurationManager<OpenIdConnectConfiguration>
{
    /// <summary>How long a failure is taken for true.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private volatile bool _known;
    private Task<OpenIdConnectConfiguration?>? _question;
    private Exception? _failure;
    private long _failed;

    /// <summary>What the issuer publishes.</summary>
    /// <exception cref="IssuerAwayException">It cannot be asked, or could not a moment ago.</exception>
    public Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancel) =>
        _known ? library.GetConfigurationAsync(cancel) : AskAsync(cancel);

    /// <inheritdoc />
    public override async Task<BaseConfiguration> GetBaseConfigurationAsync(CancellationToken cancel) => await GetConfigurationAsync(cancel);

    /// <inheritdoc />
    public override void RequestRefresh() => library.RequestRefresh();

    private async Task<OpenIdConnectConfiguration> AskAsync(CancellationToken cancel)
    {
        Task<OpenIdConnectConfiguration?> question;
        lock (_gate)
        {
            if (_question is null && (_failure is null || time.GetElapsedTime(_failed) >= RetryAfter))
            {
                // Everybody's question: it does not end with the request that came first
                _question = Task.Run(QuestionAsync, CancellationToken.None);
            }

            if (_failure is not null)
            {
                throw new IssuerAwayException(_failure);
            }

            question = _question!;
        }

        return await question.WaitAsync(cancel) ?? throw new IssuerAwayException(_failure!);
    }

    /// <summary>Null where it failed: nobody may be waiting who would notice an exception.</summary>
    private async Task<OpenIdConnectConfiguration?> QuestionAsync()
    {
        try
        {
            var answer = await library.GetConfigurationAsync(CancellationToken.None);
            if (_failure is not null)
            {
                Log.Back(logger, authority);
            }

            _known = true;
            return answer;
        }
        catch (Exception failure)
        {
            lock (_gate)
            {
                if (_failure is null)
                {
                    Log.Away(logger, authority, failure.Message);
                }

                (_failure, _failed, _question) = (failure, time.GetTimestamp(), null);
            }

            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The issuer {Authority} cannot be asked for its keys; tokens are refused with 503 until it can: {Reason}")]
        public static partial void Away(ILogger logger, string? authority, string reason);

        [LoggerMessage(LogLevel.Information, "The issuer {Authority} has told its keys: tokens are checked again")]
        public static partial void Back(ILogger logger, string? authority);
    }
}

/// <summary>Tokens cannot be checked: the issuer's keys are not known and cannot be read.</summary>
internal sealed class IssuerAwayException(Exception reason) : Exception("The issuer's keys cannot be read.", reason);
