using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace ApiTokens.PowerShell.Binding;

/// <summary>Makes token references of whatever a token parameter is given.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TokenReferenceTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? input = inputData is PSObject wrapped && wrapped.BaseObject is IList list ? list : inputData;
        IEnumerable items = input is IList many ? many : new[] { input };
        return items.Cast<object?>()
            .Select(item => TokenReference.From(item) ?? throw new ArgumentTransformationMetadataException(
                "A token is named by a token object, an id or a name; this is none of them. An object needs a property Id or Name."))
            .ToArray();
    }
}

/// <summary>Takes an empty text, as an empty CSV column gives it, for no value.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BlankAsNullAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        Unwrap(inputData) is string text && string.IsNullOrWhiteSpace(text) ? null : inputData;

    internal static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}

/// <summary>Takes the texts of a CSV column, <c>true</c> and <c>false</c>, for a switch; an empty one is off.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SwitchFromTextAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => BlankAsNullAttribute.Unwrap(inputData) switch
    {
        string text when string.IsNullOrWhiteSpace(text) => new SwitchParameter(false),
        string text when bool.TryParse(text, out bool on) => new SwitchParameter(on),
        _ => inputData,
    };
}

/// <summary>
/// Takes a moment, or a text of one, read the same in every culture as PowerShell itself reads dates; without an offset it
/// is in the time of this machine, as a date of Get-Date is.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MomentTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) => BlankAsNullAttribute.Unwrap(inputData) switch
    {
        null => null,
        string text when string.IsNullOrWhiteSpace(text) => null,
        DateTimeOffset moment => moment,
        DateTime time => new DateTimeOffset(time),
        string text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal | DateTimeStyles.AllowWhiteSpaces, out DateTimeOffset moment) => moment,
        var other => throw new ArgumentTransformationMetadataException($"'{SecretText.Mask($"{other}")}' is no moment. Give a date and time, such as 2026-12-31 or 2026-12-31T18:00:00Z."),
    };
}

/// <summary>Takes a TimeSpan, or <c>2w</c>, <c>90d</c>, <c>12h</c>, <c>30m</c>; <c>6mo</c> and <c>1y</c> are calendar months from now.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationTransformationAttribute : ArgumentTransformationAttribute
{
    /// <summary>Whether months are counted back from now, as for what was not used since.</summary>
    public bool Back { get; set; }

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        TokenLife? life = TokenLife.From(inputData);
        DateTimeOffset now = Clock.UtcNow;
        return life switch
        {
            null => null,
            { Months: { } months } => Back ? now - now.AddMonths(-months) : now.AddMonths(months) - now,
            _ => life.Time,
        };
    }
}

/// <summary>Takes a length of life: a TimeSpan, or <c>2w</c>, <c>90d</c>, <c>12h</c>, <c>30m</c>, <c>6mo</c>, <c>1y</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TokenLifeTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) => TokenLife.From(inputData);
}

/// <summary>Takes access levels by API: a hashtable, another token's, or <c>Invoices=Full,Orders=Read</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AccessTransformationAttribute : ArgumentTransformationAttribute
{
    private static readonly char[] Separators = [',', ';', ' '];

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? input = BlankAsNullAttribute.Unwrap(inputData);
        return input switch
        {
            null => null,
            IReadOnlyDictionary<string, AccessLevel> access => access.ToDictionary(entry => entry.Key, entry => entry.Value),
            IDictionary table => table.Keys.Cast<object>().ToDictionary(Text, key => Level(table[key])),
            string text => FromTexts([text]),
            IEnumerable items => FromTexts(items.Cast<object>().Select(Text)),
            _ => PSObject.AsPSObject(inputData).Properties.ToDictionary(property => property.Name, property => Level(property.Value)),
        };
    }

    private static Dictionary<string, AccessLevel>? FromTexts(IEnumerable<string> texts)
    {
        string[] entries = [.. texts.SelectMany(text => text.Split(Separators, StringSplitOptions.RemoveEmptyEntries))];
        return entries.Length == 0 ? null : entries.Select(Split).ToDictionary(pair => pair.Key, pair => pair.Value);
    }

    private static KeyValuePair<string, AccessLevel> Split(string entry)
    {
        int equals = entry.IndexOf('=');
        return equals > 0
            ? new KeyValuePair<string, AccessLevel>(entry.Substring(0, equals).Trim(), Level(entry.Substring(equals + 1).Trim()))
            : throw new ArgumentTransformationMetadataException($"'{entry}' is no access by API. Write it as api=Full, api=Read or api=None.");
    }

    private static string Text(object value) => LanguagePrimitives.ConvertTo<string>(value);

    private static AccessLevel Level(object? value) =>
        Enum.TryParse(LanguagePrimitives.ConvertTo<string>(value), ignoreCase: true, out AccessLevel level) && Enum.IsDefined(typeof(AccessLevel), level)
            ? level
            : throw new ArgumentTransformationMetadataException($"'{value}' is no access level. Give Full, Read or None.");
}
