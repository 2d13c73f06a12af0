using System.Collections;
using System.Management.Automation;
using System.Security;

namespace ApiTokens.PowerShell.Binding;

/// <summary>
/// Converts SecureStrings, and objects with a property Secret, such as an issued token or a row of a scanner's JSON, to secrets.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretTransformationAttribute : ArgumentTransformationAttribute
{
    // The longest SecureString.
    private const int MaxLength = 65_536;

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? input = BlankAsNullAttribute.Unwrap(inputData);
        IEnumerable items = input is IList list ? list : new[] { inputData };
        return items.Cast<object?>().Select(One).ToArray();
    }

    // Plain text is rejected: it would be in the history and in transcripts, and PowerShell's own messages would repeat it.
    private static SecureString One(object? item) => BlankAsNullAttribute.Unwrap(item) switch
    {
        SecureString secret => secret,
        null or string => throw NotASecret(),
        _ => BlankAsNullAttribute.Unwrap(PSObject.AsPSObject(item).Properties["Secret"]?.Value) switch
        {
            SecureString secret => secret,
            string { Length: > 0 and <= MaxLength } text => SecretText.ToSecureString(text),
            _ => throw NotASecret(),
        },
    };

    private static ArgumentTransformationMetadataException NotASecret() => new(
        "Specify a SecureString, or an object with a property Secret. For plain text, use -Path with a file, or "
            + "Read-Host -AsSecureString.");
}
