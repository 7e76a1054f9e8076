using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using ProdReady.Webhooks.Sources;
using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Receiving;

/// <summary>What a request's headers say about its body, before any of it is read.</summary>
internal static class RequestForm
{
    /// <summary>The status for a body that cannot be what the provider sends, or 0. Types that merely look odd pass: the signature decides.</summary>
    public static int Problem(WebhookSource source, HttpRequest request)
    {
        if (request.ContentLength is null
            && request.Headers.TransferEncoding.Count == 0
            // HTTP/2 and 3 mark a body's end themselves
            && request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody is not true)
        {
            return StatusCodes.Status411LengthRequired;
        }

        // The signature is over the bytes that arrive, but what is in them could be larger than any limit
        var encoding = request.Headers.ContentEncoding.ToString().Trim();
        if (encoding.Length > 0 && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return StatusCodes.Status415UnsupportedMediaType;
        }

        return MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && !Takes(source, type)
            ? StatusCodes.Status415UnsupportedMediaType
            : 0;
    }

    private static bool Takes(WebhookSource source, MediaTypeHeaderValue type) =>
        !type.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase)
        && (source.TakesForms || !type.MediaType.Equals(RequestFields.FormType, StringComparison.OrdinalIgnoreCase));
}
