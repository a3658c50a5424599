//! The standard words of CBV 2.0, field by field.

/// A field whose values are standard words or the URIs of private terms.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Vocabulary {
    BizStep,
    Disposition,
    SourceDest,
    BizTransaction,
    ErrorReason,
    Measurement,
    Alert,
    Component,
}

/// One vocabulary: its words, and the namespaces in which they are written out.
struct Spec {
    words: &'static [&'static str],
    /// Spelled-out beginnings of standard terms.
    beginnings: &'static [&'static str],
    /// Beginnings that the JSON binding refuses because a standard word has to be bare there.
    refused: &'static [&'static str],
}

const CBV: &[&str] = &["urn:epcglobal:cbv", "http://ns.gs1.org/cbv/", "https://ns.gs1.org/cbv/"];
const WEB_VOCABULARY: &[&str] =
    &["http://gs1.org/voc/", "https://gs1.org/voc/", "http://www.gs1.org/voc/", "https://www.gs1.org/voc/"];

impl Vocabulary {
    fn spec(self) -> Spec {
        let (words, beginnings): (_, &'static [&'static str]) = match self {
            Self::BizStep => {
                (BIZ_STEPS, &["urn:epcglobal:cbv:bizstep:", "https://ref.gs1.org/cbv/BizStep-", "cbv:BizStep-"])
            }
            Self::Disposition => {
                (DISPOSITIONS, &["urn:epcglobal:cbv:disp:", "https://ref.gs1.org/cbv/Disp-", "cbv:Disp-"])
            }
            Self::SourceDest => {
                (SOURCE_DEST_TYPES, &["urn:epcglobal:cbv:sdt:", "https://ref.gs1.org/cbv/SDT-", "cbv:SDT-"])
            }
            Self::BizTransaction => {
                (BIZ_TRANSACTION_TYPES, &["urn:epcglobal:cbv:btt:", "https://ref.gs1.org/cbv/BTT-", "cbv:BTT-"])
            }
            Self::ErrorReason => (ERROR_REASONS, &["urn:epcglobal:cbv:er:", "https://ref.gs1.org/cbv/ER-", "cbv:ER-"]),
            Self::Measurement => (MEASUREMENTS, &["gs1:", "https://gs1.org/voc/", "https://ref.gs1.org/voc/"]),
            Self::Alert => (ALERTS, &["gs1:", "https://gs1.org/voc/", "https://ref.gs1.org/voc/"]),
            Self::Component => (COMPONENTS, &["cbv:Comp-", "https://ref.gs1.org/cbv/Comp-", "urn:epcglobal:cbv:comp:"]),
        };
        let refused = if matches!(self, Self::Measurement | Self::Alert) { WEB_VOCABULARY } else { CBV };
        Spec { words, beginnings, refused }
    }

    /// The standard words.
    pub(crate) fn words(self) -> &'static [&'static str] {
        self.spec().words
    }

    /// The standard word that a term is, in whatever spelling.
    pub(crate) fn bare(self, spelled: &str) -> Option<&'static str> {
        let spec = self.spec();
        let rest = spec.beginnings.iter().find_map(|beginning| spelled.strip_prefix(beginning)).unwrap_or(spelled);
        spec.words.iter().find(|word| **word == rest).copied()
    }

    /// Whether the JSON binding refuses this spelling: it belongs to the standard, where words have to be bare.
    pub(crate) fn refuses(self, spelled: &str) -> bool {
        self.spec().refused.iter().any(|beginning| spelled.starts_with(beginning))
    }
}

const BIZ_STEPS: &[&str] = &[
    "accepting",
    "arriving",
    "assembling",
    "collecting",
    "commissioning",
    "consigning",
    "creating_class_instance",
    "cycle_counting",
    "decommissioning",
    "departing",
    "destroying",
    "disassembling",
    "dispensing",
    "encoding",
    "entering_exiting",
    "holding",
    "inspecting",
    "installing",
    "killing",
    "loading",
    "other",
    "packing",
    "picking",
    "receiving",
    "removing",
    "repackaging",
    "repairing",
    "replacing",
    "reserving",
    "retail_selling",
    "sampling",
    "sensor_reporting",
    "shipping",
    "staging_outbound",
    "stock_taking",
    "stocking",
    "storing",
    "transporting",
    "unloading",
    "unpacking",
    "void_shipping",
];

const DISPOSITIONS: &[&str] = &[
    "active",
    "available",
    "completeness_inferred",
    "completeness_verified",
    "conformant",
    "container_closed",
    "container_open",
    "damaged",
    "destroyed",
    "dispensed",
    "disposed",
    "encoded",
    "expired",
    "in_progress",
    "in_transit",
    "inactive",
    "mismatch_class",
    "mismatch_instance",
    "mismatch_quantity",
    "needs_replacement",
    "no_pedigree_match",
    "non_conformant",
    "non_sellable_other",
    "partially_dispensed",
    "recalled",
    "reserved",
    "retail_sold",
    "returned",
    "sellable_accessible",
    "sellable_not_accessible",
    "stolen",
    "unavailable",
    "unknown",
];

const SOURCE_DEST_TYPES: &[&str] = &["location", "owning_party", "possessing_party"];

const BIZ_TRANSACTION_TYPES: &[&str] = &[
    "bol",
    "cert",
    "desadv",
    "inv",
    "pedigree",
    "po",
    "poc",
    "prodorder",
    "recadv",
    "rma",
    "testprd",
    "testres",
    "upevt",
];

const MEASUREMENTS: &[&str] = &[
    "AbsoluteHumidity",
    "AbsorbedDose",
    "AbsorbedDoseRate",
    "Acceleration",
    "Altitude",
    "AmountOfSubstance",
    "AmountOfSubstancePerUnitVolume",
    "Angle",
    "AngularAcceleration",
    "AngularMomentum",
    "AngularVelocity",
    "Area",
    "Capacitance",
    "Conductance",
    "Conductivity",
    "Count",
    "Density",
    "Dimensionless",
    "DoseEquivalent",
    "DoseEquivalentRate",
    "DynamicViscosity",
    "ElectricCharge",
    "ElectricCurrent",
    "ElectricCurrentDensity",
    "ElectricFieldStrength",
    "Energy",
    "Exposure",
    "Force",
    "Frequency",
    "Illuminance",
    "Inductance",
    "Irradiance",
    "KinematicViscosity",
    "Length",
    "LinearMomentum",
    "Luminance",
    "LuminousFlux",
    "LuminousIntensity",
    "MagneticFlux",
    "MagneticFluxDensity",
    "MagneticVectorPotential",
    "Mass",
    "MassConcentration",
    "MassFlowRate",
    "MassPerAreaTime",
    "MemoryCapacity",
    "MolalityOfSolute",
    "MolarEnergy",
    "MolarMass",
    "MolarVolume",
    "Power",
    "Pressure",
    "RadiantFlux",
    "RadiantIntensity",
    "Radioactivity",
    "RelativeHumidity",
    "Resistance",
    "Resistivity",
    "SolidAngle",
    "SpecificVolume",
    "Speed",
    "SurfaceDensity",
    "SurfaceTension",
    "Temperature",
    "Time",
    "Torque",
    "Voltage",
    "Volume",
    "VolumeFlowRate",
    "VolumeFraction",
    "VolumetricFlux",
    "Wavenumber",
];

const ALERTS: &[&str] = &["ALARM_CONDITION", "ERROR_CONDITION"];

const COMPONENTS: &[&str] = &[
    "altitude",
    "axial_distance",
    "azimuth",
    "easting",
    "elevation_angle",
    "height",
    "latitude",
    "longitude",
    "northing",
    "polar_angle",
    "spherical_radius",
    "x",
    "y",
    "z",
];

const ERROR_REASONS: &[&str] = &["did_not_occur", "incorrect_data"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_terms_meet_in_the_bare_word() {
        for spelled in [
            "shipping",
            "urn:epcglobal:cbv:bizstep:shipping",
            "https://ref.gs1.org/cbv/BizStep-shipping",
            "cbv:BizStep-shipping",
        ] {
            assert_eq!(Vocabulary::BizStep.bare(spelled), Some("shipping"));
        }
        assert_eq!(Vocabulary::BizStep.bare("https://example.com/shipping"), None);
        assert_eq!(Vocabulary::Disposition.bare("shipping"), None);
    }
}
