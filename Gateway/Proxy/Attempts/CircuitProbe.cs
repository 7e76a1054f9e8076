using Yarp.ReverseProxy.Transforms;

namespace ProdReady.Gateway.Proxy.Attempts;

/// <summary>
/// The one request that tries whether a destination works again, as a feature of it. The head of an answer says that it does: a stream may go on
/// for hours after that, and nobody else is let in before.
/// </summary>
internal sealed class CircuitProbe(Action works)
{
    /// <summary>Whether the verdict is told already.</summary>
    public bool IsTold { get; private set; }

    /// <summary>Tells it, unless the answer is the upstream's word for "not now".</summary>
    public static ValueTask Heed(ResponseTransformContext context)
    {
        if (context.HttpContext.Features.Get<CircuitProbe>() is { IsTold: false } probe
            && context.ProxyResponse is { } answer
            && !Attempt.IsRefusal((int)answer.StatusCode))
        {
            probe.IsTold = true;
            probe.Works();
        }

        return ValueTask.CompletedTask;
    }

    private void Works() => works();
}
