using System.Management.Automation;
using System.Security;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Delivery;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Puts the secrets of issued tokens into a SecretManagement vault, or into files that only their owner can read.</summary>
[Cmdlet(VerbsData.Save, "ApiTokenSecret", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low, DefaultParameterSetName = VaultSet)]
[OutputType(typeof(ApiToken), typeof(IssuedToken))]
public sealed class SaveApiTokenSecretCommand : ApiTokenCmdlet
{
    private const string VaultSet = "Vault";
    private const string PathSet = "Path";

    private SecretDelivery _delivery = null!;
    private int _count;

    /// <summary>A token with its secret, or any object that has one in a property Secret.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Token")]
    public PSObject InputObject { get; set; } = null!;

    /// <summary>The SecretManagement vault.</summary>
    [Parameter(Mandatory = true, ParameterSetName = VaultSet)]
    [Alias("VaultName")]
    [ArgumentCompleter(typeof(VaultCompleter))]
    public string? Vault { get; set; }

    /// <summary>The secret's name, or a script block that makes it of the token in $_; service/account/name by default.</summary>
    [Parameter(ParameterSetName = VaultSet)]
    public SecretPlace? SecretName { get; set; }

    /// <summary>A path, or a script block that makes one of the token in $_.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    public SecretPlace? Path { get; set; }

    /// <summary>Overwrites what the vault or the file has already.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Also writes the tokens, without their secrets.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            _delivery = SecretDelivery.Of(this, Vault, SecretName, Path, Force)!;
            _delivery.Prepare();
        }
        catch (ApiTokenException e)
        {
            FailTerminating(e, null);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var issued = InputObject.BaseObject as IssuedToken;
        if ((issued?.Secret ?? InputObject.Properties[nameof(IssuedToken.Secret)]?.Value) is not SecureString secret)
        {
            Fail(
                ApiTokenException.InvalidParameter("InputObject", "it has no property Secret with a SecureString.", "Pipe what New-ApiToken or Reset-ApiToken gave."),
                InputObject);
            return;
        }

        PSObject record = issued is null ? InputObject : PSObject.AsPSObject(issued.WithoutSecret());
        if (!Ask($"the secret of {issued?.ToString() ?? record.Properties["Name"]?.Value} in {Vault ?? Path!.ToString()}", "Save"))
        {
            return;
        }

        try
        {
            _delivery.Save(record, secret, key: $"{_count++}", replaces: null);
            if (PassThru)
            {
                WriteObject(record);
            }
        }
        catch (ApiTokenException e)
        {
            // The secret must not end here: it goes on as it came.
            WriteObject(InputObject);
            Fail(e, InputObject);
        }
    }
}
