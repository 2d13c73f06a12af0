using System.Management.Automation;
using System.Security;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Delivery;

namespace ApiTokens.PowerShell.Commands;

/// <summary>
/// Saves the secrets of issued tokens in a SecretManagement vault or in files that only their owner can read, or deploys them with a script
/// block.
/// </summary>
[Cmdlet(VerbsData.Save, "ApiTokenSecret", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low,
    DefaultParameterSetName = VaultSet)]
[OutputType(typeof(ApiToken), typeof(IssuedToken))]
public sealed class SaveApiTokenSecretCommand : ApiTokenCmdlet
{
    private const string VaultSet = "Vault";
    private const string PathSet = "Path";
    private const string DeploySet = "Deploy";

    private IReadOnlyList<SecretDelivery> _deliveries = [];
    private int _count;

    /// <summary>A token with its secret, or any object with a property Secret.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ValueFromPipeline = true,
        HelpMessage = "Specifies a token with its secret, or any object with a SecureString in a property Secret.")]
    [Alias("Token")]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public PSObject InputObject { get; set; } = null!;

    /// <summary>The SecretManagement vault.</summary>
    [Parameter(Mandatory = true, ParameterSetName = VaultSet, HelpMessage = "Specifies a SecretManagement vault.")]
    [Alias("VaultName")]
    [ArgumentCompleter(typeof(VaultCompleter))]
    public string? Vault { get; set; }

    /// <summary>The name of the secret, or a script block that returns it for the token in $_; by default service/account/name.</summary>
    [Parameter(
        ParameterSetName = VaultSet,
        HelpMessage = "Specifies the name of the secret in the vault, as text or as a script block that returns a name for the token in "
            + "$_.")]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public SecretDestination? SecretName { get; set; }

    /// <summary>The path of the file, or a script block that returns it for the token in $_.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = PathSet,
        HelpMessage = "Specifies a file: a path, or a script block that returns a path for the token in $_.")]
    public SecretDestination? Path { get; set; }

    /// <summary>
    /// A script block that deploys the secret where it is used: it gets the token in $_ and the secret as a SecureString in $args[0].
    /// </summary>
    [Parameter(
        Mandatory = true, ParameterSetName = DeploySet,
        HelpMessage = "Specifies a script block that deploys the secret, with the token in $_ and the secret in $args[0].")]
    public ScriptBlock? Deploy { get; set; }

    /// <summary>Overwrites an existing secret or file.</summary>
    [Parameter(
        HelpMessage = "Overwrites an existing vault entry or file, and accepts a path that leaves the folder that the script block names.")]
    public SwitchParameter Force { get; set; }

    /// <summary>Also writes the tokens, without their secrets.</summary>
    [Parameter(HelpMessage = "Returns the tokens without their secrets.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            _deliveries = SecretDelivery.Of(this, Vault, SecretName, Path, Deploy, Force);
            foreach (SecretDelivery delivery in _deliveries)
            {
                delivery.Prepare();
            }
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
        if ((issued?.GetSecret() ?? InputObject.Properties[nameof(PlainTextToken.Secret)]?.Value) is not SecureString secret)
        {
            Fail(
                ApiTokenException.InvalidParameter(
                    "InputObject", "it has no property Secret with a SecureString.", "Pipe the output of New-ApiToken or Reset-ApiToken."),
                InputObject);
            return;
        }

        PSObject record = issued is null ? InputObject : PSObject.AsPSObject(issued.WithoutSecret());
        string place = Vault ?? Path?.ToString() ?? "the place of -Deploy";
        if (!Confirm($"the secret of {issued?.ToString() ?? record.Properties["Name"]?.Value} in {place}", "Save"))
        {
            return;
        }

        try
        {
            string key = $"{_count++}";
            foreach (SecretDelivery delivery in _deliveries)
            {
                delivery.Save(record, secret, key, replaces: null);
            }

            if (PassThru)
            {
                WriteObject(record);
            }
        }
        catch (ApiTokenException e)
        {
            // The secret must not be lost, so the input is written to the pipeline.
            WriteObject(InputObject);
            Fail(e, InputObject);
        }
    }
}
