using ProdReady.ServiceDefaults.Callbacks;

namespace ProdReady.Webhooks.Verification;

/// <summary>Reads several fields of a request, with one pass over its body at most, and none where headers are enough.</summary>
internal sealed class RequestFields
{
    /// <summary>What HTML forms are sent as.</summary>
    public const string FormType = "application/x-www-form-urlencoded";

    private readonly EventField[] _fields;
    private readonly JsonPointer[] _pointers;
    private readonly bool _hasForm;

    public RequestFields(params EventField[] fields)
    {
        _fields = fields;
        _pointers = [.. Places().Select(place => place.Pointer).OfType<JsonPointer>().DistinctBy(pointer => pointer.ToString())];
        _hasForm = Places().Any(place => place.Form is not null);
    }

    /// <summary>The fields' values, in their order; <see langword="null"/> for what is not there.</summary>
    /// <returns>Whether the body could be read; values of headers are there in any case.</returns>
    public bool TryRead(IHeaderDictionary headers, ReadOnlySpan<byte> body, out string?[] values)
    {
        var isForm = _hasForm && !IsJson(body);
        var texts = new string?[_pointers.Length];
        List<(string Name, string Value)> form = [];
        var isRead = isForm
            ? FormFields.TryRead(body, out form)
            : _pointers.Length == 0 || JsonFields.TryRead(body, _pointers, texts);
        values = [.. _fields.Select(field => field.Read(place => place switch
        {
            { Header: { } header } => EventText.Usable(headers[header].ToString()),
            { Form: { } name } => EventText.Usable(form.Find(field => field.Name == name).Value),
            _ => texts[Array.FindIndex(_pointers, pointer => pointer.ToString() == place.Pointer!.ToString())],
        }))];
        return isRead;
    }

    /// <summary>Whether a body that may be a form or JSON is JSON.</summary>
    /// <remarks>
    /// By the bytes, which are signed, and not by Content-Type, which is not: else a captured request would have another id, and so be
    /// a new event, as soon as somebody changes that header.
    /// </remarks>
    public static bool IsJson(ReadOnlySpan<byte> body) => body.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..];

    private IEnumerable<FieldReference> Places() => _fields.SelectMany(field => field.Ways).SelectMany(way => way);
}
